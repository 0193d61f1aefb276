import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node in this JVM: a folder, then settings as name=value; it ends when its input does. */
public final class Node {
    public static void main(String[] arguments) throws Exception {
        String folder = arguments[0];
        List<String> options = new ArrayList<>(List.of("-numOfNode", "1", "-basePath", folder));
        options.addAll(List.of("-confPath", Path.of(folder, "config").toString()));
        String plugin = System.getProperty("plugin");
        if (plugin != null) {
            options.addAll(List.of("-pluginTypes", plugin));
        }
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            for (int each = 1; each < arguments.length; each++) {
                String[] pair = arguments[each].split("=", 2);
                if (pair[1].startsWith("[")) {
                    settings.putList(pair[0], pair[1].substring(1, pair[1].length() - 1).split(","));
                } else {
                    settings.put(pair[0], pair[1]);
                }
            }
        });
        try {
            runner.build(options.toArray(new String[0]));
            System.out.println("started");
            while (System.in.read() >= 0) {
            }
        } catch (Throwable error) {
            error.printStackTrace(System.out);
            System.exit(1);
        }
        Runtime.getRuntime().halt(0); // what it held is removed with its folder
    }
}
