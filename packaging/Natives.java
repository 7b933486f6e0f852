import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.onnxruntime.OrtEnvironment;

/** Loads the native libraries of a package, and says which there are; run by {@code packaging/test}. */
class Natives {
    public static void main(String[] args) {
        System.out.println("ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion());
        LibUtils.checkStatus();
        System.out.println("the tokenizer's library is loaded");
    }
}
