package org.idlefleet.edge.adapter.kuksa;

import com.google.protobuf.Message;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;

import org.idlefleet.edge.adapter.kuksa.wire.GetValuesRequest;
import org.idlefleet.edge.adapter.kuksa.wire.GetValuesResponse;
import org.idlefleet.edge.adapter.kuksa.wire.ListMetadataRequest;
import org.idlefleet.edge.adapter.kuksa.wire.ListMetadataResponse;
import org.idlefleet.edge.adapter.kuksa.wire.SubscribeRequest;
import org.idlefleet.edge.adapter.kuksa.wire.SubscribeResponse;

/** The calls of {@code kuksa.val.v2.VAL} that read; a node never writes to a vehicle. */
final class KuksaCalls {
    static final String SERVICE = "kuksa.val.v2.VAL";

    static final MethodDescriptor<ListMetadataRequest, ListMetadataResponse> LIST_METADATA =
            method(
                    "ListMetadata",
                    MethodType.UNARY,
                    ListMetadataRequest.getDefaultInstance(),
                    ListMetadataResponse.getDefaultInstance());

    static final MethodDescriptor<GetValuesRequest, GetValuesResponse> GET_VALUES =
            method(
                    "GetValues",
                    MethodType.UNARY,
                    GetValuesRequest.getDefaultInstance(),
                    GetValuesResponse.getDefaultInstance());

    static final MethodDescriptor<SubscribeRequest, SubscribeResponse> SUBSCRIBE =
            method(
                    "Subscribe",
                    MethodType.SERVER_STREAMING,
                    SubscribeRequest.getDefaultInstance(),
                    SubscribeResponse.getDefaultInstance());

    private KuksaCalls() {}

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
            String name, MethodType type, Q question, A answer) {
        return MethodDescriptor.<Q, A>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(ProtoUtils.marshaller(question))
                .setResponseMarshaller(ProtoUtils.marshaller(answer))
                .build();
    }
}
