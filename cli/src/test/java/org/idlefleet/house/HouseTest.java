package org.idlefleet.house;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Who may know whom, and what a core may not touch. */
class HouseTest {
    private static final JavaClasses HOUSE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("org.idlefleet");

    /** What protoc writes. */
    private static final DescribedPredicate<JavaClass> GENERATED =
            resideInAPackage("org.idlefleet..wire").as("generated classes");

    /** What runs without a library, a clock, dice, a disk or a network. */
    private static final DescribedPredicate<JavaClass> CORE =
            resideInAnyPackage(
                            "org.idlefleet.protocol..",
                            "org.idlefleet.ledger..",
                            "org.idlefleet.coordinator..",
                            "org.idlefleet.edge..")
                    .and(not(resideInAPackage("..adapter..")))
                    .and(not(GENERATED))
                    .as("core classes");

    @Test
    void everyRoomIsOnTheClassPath() {
        for (String room :
                List.of("protocol", "ledger", "coordinator", "edge", "simulator", "cli")) {
            assertThat(HOUSE.stream().map(JavaClass::getPackageName).distinct())
                    .contains("org.idlefleet." + room);
        }
    }

    @Test
    void coresUseTheJdkAndEachOtherAndNothingElse() {
        classes()
                .that(CORE)
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage(
                                        "java.lang..",
                                        "java.util..",
                                        "java.time..",
                                        "java.nio",
                                        "java.nio.charset",
                                        "java.security",
                                        "javax.crypto..",
                                        "java.math",
                                        "org.jspecify..",
                                        "org.idlefleet..",
                                        "")
                                .or(name("java.nio.file.Path")))
                .check(HOUSE);
    }

    @Test
    void coresDoNotKnowTheirAdapters() {
        noClasses()
                .that(CORE)
                .should()
                .dependOnClassesThat(resideInAPackage("org.idlefleet..adapter.."))
                .check(HOUSE);
    }

    @Test
    void theSimulatorRunsOnCoresAlone() {
        noClasses()
                .that()
                .resideInAPackage("org.idlefleet.simulator..")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("org.idlefleet..adapter..", "io.netty..", "ai.onnx.."))
                .check(HOUSE);
    }

    @Test
    void ledgerAndProtocolKnowNobody() {
        knowsOnly("ledger", "org.idlefleet.ledger..");
        knowsOnly("protocol", "org.idlefleet.protocol..");
    }

    @Test
    void coordinatorAndEdgeDoNotKnowEachOther() {
        knowsOnly(
                "coordinator",
                "org.idlefleet.coordinator..",
                "org.idlefleet.ledger..",
                "org.idlefleet.protocol..");
        knowsOnly(
                "edge",
                "org.idlefleet.edge..",
                "org.idlefleet.protocol..",
                "org.idlefleet.ledger.proof..");
    }

    @Test
    void neighboursInOneModuleAreStrangersToEachOther() {
        List<String> rooms = List.of("fleet", "scheduling", "verification");
        for (String room : rooms) {
            noClasses()
                    .that()
                    .resideInAPackage("org.idlefleet.coordinator." + room + "..")
                    .should()
                    .dependOnClassesThat(
                            resideInAPackage("org.idlefleet.coordinator..")
                                    .and(
                                            not(
                                                    resideInAPackage(
                                                            "org.idlefleet.coordinator."
                                                                    + room
                                                                    + ".."))))
                    .check(HOUSE);
        }
        noClasses()
                .that()
                .resideInAPackage("org.idlefleet.edge.gate..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.idlefleet.edge", "..adapter.."))
                .check(HOUSE);
    }

    @Test
    void noModuleGoesInCircles() {
        slices().matching("org.idlefleet.(*)..").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void coresNeverAskTheTime() {
        noClasses()
                .that(CORE)
                .should()
                .callMethodWhere(
                        calls("java.lang.System", "currentTimeMillis|nanoTime")
                                .or(calls("java\\.time\\..*", "now|systemUTC|systemDefaultZone"))
                                .or(calls("java.lang.Thread", "sleep|ofVirtual|startVirtualThread"))
                                .as("a call that asks the clock or waits for it"))
                .check(HOUSE);
    }

    @Test
    void coresNeverThrowDice() {
        noClasses()
                .that(CORE)
                .should()
                .callCodeUnitWhere(
                        calls("java.lang.Math|java.lang.StrictMath", "random")
                                .or(calls("java.util.UUID", "randomUUID"))
                                .or(calls("java.util.Random", "<init>"))
                                .or(calls("java.security.SecureRandom", ".*"))
                                .or(calls("java.util.concurrent.ThreadLocalRandom", ".*"))
                                .or(calls("java.util.Collections", "shuffle"))
                                .or(calls("java.lang.System", "identityHashCode"))
                                .as("a call whose answer differs from run to run"))
                .check(HOUSE);
    }

    /**
     * Maps and sets without an order of their own may serve look-ups; what must not be is walking
     * them. ArchUnit can't follow a value, so making one that can be walked is what is refused.
     */
    @Test
    void coresHaveNoCollectionsWithoutAnOrder() {
        noClasses()
                .that(CORE)
                .should()
                .callCodeUnitWhere(
                        calls("java.util.HashSet|java.util.IdentityHashMap", "<init>")
                                .or(calls("java.util.Set", "of|copyOf"))
                                .or(calls("java.util.Map", "of|ofEntries|copyOf"))
                                .or(
                                        calls(
                                                "java.util.stream.Collectors",
                                                "toSet|toUnmodifiableSet|toUnmodifiableMap"))
                                .as("the making of a set or map without an order"))
                .check(HOUSE);
    }

    @Test
    void librariesSpeakToTheLogInAdaptersOnly() {
        noClasses()
                .that(CORE.or(resideInAPackage("org.idlefleet.simulator..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.slf4j..", "ch.qos.logback.."))
                .check(HOUSE);
    }

    /** A custom operator is native code from a model's author: none is ever loaded. */
    @Test
    void nobodyLoadsCustomOperators() {
        noClasses()
                .should()
                .callMethodWhere(
                        target(owner(resideInAPackage("ai.onnxruntime..")))
                                .and(target(nameMatching("register.*Custom.*|.*CustomOp.*")))
                                .as("a call that registers custom operators"))
                .check(HOUSE);
    }

    @Test
    void everyPackageSaysThatItsTypesAreNotNull() {
        String[] marked =
                HOUSE.stream()
                        .filter(type -> type.getSimpleName().equals("package-info"))
                        .filter(type -> type.isAnnotatedWith(NullMarked.class))
                        .map(JavaClass::getPackageName)
                        .toArray(String[]::new);
        classes()
                .that(not(GENERATED))
                .should()
                .resideInAnyPackage(marked)
                .because("each package has a package-info.java with @NullMarked")
                .check(HOUSE);
    }

    @Test
    void endingTheProcessIsForTheCommandAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.idlefleet.cli..", "org.idlefleet..adapter..")
                .should()
                .callMethodWhere(calls("java.lang.System|java.lang.Runtime", "exit|halt"))
                .check(HOUSE);
    }

    private static void knowsOnly(String room, String... known) {
        noClasses()
                .that()
                .resideInAPackage("org.idlefleet." + room + "..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("org.idlefleet..").and(not(resideInAnyPackage(known))))
                .check(HOUSE);
    }

    private static DescribedPredicate<JavaCall<?>> calls(String owners, String names) {
        return target(owner(nameMatching(owners)))
                .and(target(nameMatching(names)))
                .as(owners + "." + names)
                .forSubtype();
    }
}
