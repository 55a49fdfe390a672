package netbird.tokens;

import java.time.Duration;

/** The Java snippets of docs/kotlin.md and docs/login.md, so that they compile. */
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

    static void loggingIn() throws NetBirdException {
        ClientOptions options = new ClientOptions();
        options.setManagementUrl("https://netbird.example.com");
        try (DeviceLogin login = Login.startLoginBlocking(options)) {
            System.out.println("Open " + login.getVerificationUri() + " and enter " + login.getUserCode());
            try (LoginSession session = login.waitBlocking();
                    Credential credential = session.credential();
                    Client client = new Client(credential, new ClientOptions())) {
                System.out.println(client.currentUserBlocking().getId());
            }
        }
    }

    static void lifeOfAToken(Client client) throws Exception {
        client.rotateTokenBlocking("ch8i54g6lnn4g9hqv7n0").useBlocking(rotation -> {
            store(rotation.getPlainToken().expose());
            return null;
        });
        AuditOptions limits = new AuditOptions();
        limits.setUnusedFor(Duration.ofDays(60));
        try (Audit audit = client.auditTokensBlocking(limits)) {
            audit.streamBlocking().forEach(audited -> System.out.println(audited.getUser().getName()));
            System.out.println(audit.getSummary().getExpiring() + " tokens expire soon");
        }
    }
}
