package org.idlefleet.coordinator.adapter.log;

import org.idlefleet.ledger.AccountId;
import org.idlefleet.protocol.ClientId;
import org.idlefleet.protocol.ModelId;
import org.idlefleet.protocol.NodeId;
import org.idlefleet.protocol.NumericClass;
import org.idlefleet.protocol.OwnerId;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The names of a group while it is read. Each becomes one object, which all its entries share; the
 * groups of one {@link Interned} share them, too.
 */
final class Names {
    private final List<String> texts;
    private final @Nullable Object[] objects;
    private final Interned interned;

    Names(List<String> texts, Interned interned) {
        this.texts = texts;
        this.objects = new Object[texts.size()];
        this.interned = interned;
    }

    /** Names that several groups have in common; forgets all when they are too many. */
    static final class Interned {
        private static final int NAMES_MAX = 1 << 17;

        private final Map<String, Object> accounts = new HashMap<>();
        private final Map<String, Object> owners = new HashMap<>();
        private final Map<String, Object> nodes = new HashMap<>();
        private final Map<String, Object> clients = new HashMap<>();
        private final Map<String, Object> models = new HashMap<>();
        private final Map<String, Object> numericClasses = new HashMap<>();
    }

    AccountId account(int number) {
        return find(number, AccountId.class, interned.accounts, AccountId::new);
    }

    OwnerId owner(int number) {
        return find(number, OwnerId.class, interned.owners, OwnerId::new);
    }

    NodeId node(int number) {
        return find(number, NodeId.class, interned.nodes, NodeId::new);
    }

    ClientId client(int number) {
        return find(number, ClientId.class, interned.clients, ClientId::new);
    }

    NumericClass numericClass(int number) {
        return find(number, NumericClass.class, interned.numericClasses, NumericClass::parse);
    }

    ModelId model(int number) {
        return find(number, ModelId.class, interned.models, ModelId::new);
    }

    private <T> T find(
            int number, Class<T> type, Map<String, Object> known, Function<String, T> make) {
        if (number < 0 || number >= objects.length) {
            throw new IllegalArgumentException(
                    "its group has " + objects.length + " names, found the number " + number);
        }
        Object object = objects[number];
        if (type.isInstance(object)) {
            return type.cast(object);
        }
        if (known.size() >= Interned.NAMES_MAX) {
            known.clear();
        }
        T made = type.cast(known.computeIfAbsent(texts.get(number), make));
        objects[number] = made;
        return made;
    }
}
