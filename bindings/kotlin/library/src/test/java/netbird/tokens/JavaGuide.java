package netbird.tokens;

import java.time.Duration;

/** The Java snippet of docs/kotlin.md, so that it compiles. */
final class JavaGuide {
    private JavaGuide() {}

    private static void store(String secret) {}

    static void main() {
        ClientOptions options = new ClientOptions();
        options.setManagementUrl("https://netbird.example.com");
        options.setTimeout(Duration.ofSeconds(20));
        try (Client client = Client.fromEnv(options);
                CreatedToken created = client.createTokenBlocking("ci", 30)) {
            store(created.getPlainToken().expose());
        } catch (NetBirdException error) {
            System.err.println(error.getKind() + ": " + error.getMessage());
        }
    }
}
