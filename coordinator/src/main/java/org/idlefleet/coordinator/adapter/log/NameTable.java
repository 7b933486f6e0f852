package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.protocol.NumericClass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names of a group while it is written: each once, in the order in which they came up. */
final class NameTable {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Map<NumericClass, Integer> numericClasses = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private int bytes;

    int number(String name) {
        Integer known = numbers.get(name);
        if (known != null) {
            return known;
        }
        numbers.put(name, names.size());
        names.add(name);
        bytes += name.length() + 3;
        return names.size() - 1;
    }

    /** Of one that comes up with nearly every result: its text is put together once a group. */
    int number(NumericClass numericClass) {
        Integer known = numericClasses.get(numericClass);
        if (known == null) {
            known = number(numericClass.toString());
            numericClasses.put(numericClass, known);
        }
        return known;
    }

    List<String> names() {
        return names;
    }

    /** About how many bytes the names take. */
    int bytes() {
        return bytes;
    }

    void clear() {
        numbers.clear();
        numericClasses.clear();
        names.clear();
        bytes = 0;
    }
}
