package org.idlefleet.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * No instruction of the ledger works on a floating number or a decimal; only {@code Money} reads
 * and prints itself by way of one.
 */
class WholeMoneyTest {
    @Test
    void theLedgerCountsInWholeNumbersOnly() throws IOException {
        var found = new ArrayList<String>();
        var types =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("org.idlefleet.ledger");
        for (JavaClass type : types) {
            try (InputStream in =
                    Objects.requireNonNull(
                            type.getSource().orElseThrow().getUri().toURL().openStream())) {
                floating(ClassFile.of().parse(in.readAllBytes()))
                        .forEach(what -> found.add(type.getName() + ": " + what));
            }
        }
        assertThat(types).isNotEmpty();
        assertThat(found).isEmpty();
    }

    private static List<String> floating(ClassModel type) {
        return type.methods().stream()
                .flatMap(method ->
                        method.code().stream()
                                .flatMap(code -> code.elementStream())
                                .filter(WholeMoneyTest::floats)
                                .filter(_ -> !text(type, method))
                                .map(element -> method.methodName() + " " + element))
                .toList();
    }

    private static boolean text(ClassModel type, MethodModel method) {
        return type.thisClass().asInternalName().equals("org/idlefleet/ledger/Money")
                && Set.of("parse", "toString").contains(method.methodName().stringValue());
    }

    private static boolean floats(CodeElement element) {
        return switch (element) {
            case OperatorInstruction i -> floats(i.typeKind());
            case ConvertInstruction i -> floats(i.fromType()) || floats(i.toType());
            case LoadInstruction i -> floats(i.typeKind());
            case StoreInstruction i -> floats(i.typeKind());
            case ConstantInstruction i -> floats(i.typeKind());
            case ArrayLoadInstruction i -> floats(i.typeKind());
            case ArrayStoreInstruction i -> floats(i.typeKind());
            case FieldInstruction i -> floats(i.type().stringValue());
            case InvokeInstruction i -> floats(i.owner().asInternalName() + i.type().stringValue());
            default -> false;
        };
    }

    private static boolean floats(TypeKind kind) {
        return kind == TypeKind.DOUBLE || kind == TypeKind.FLOAT;
    }

    /** A descriptor, or an owner and a descriptor. */
    private static boolean floats(String descriptor) {
        return Stream.of("java/math/BigDecimal", "java/lang/Double", "java/lang/Float")
                        .anyMatch(descriptor::contains)
                || descriptor.replaceAll("L[^;]*;", "").matches(".*\\(.*[DF].*|.*\\)[DF]|\\[*[DF]");
    }
}
