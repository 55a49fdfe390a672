package netbird.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The main job from Java: that it compiles is half of the test. */
class JavaTest {
    private static MockServer mock;

    @BeforeAll
    static void start() {
        mock = new MockServer();
    }

    @AfterAll
    static void stop() {
        mock.close();
    }

    private static ClientOptions options() {
        ClientOptions options = new ClientOptions();
        options.setManagementUrl(mock.getUrl());
        options.setProxyFromEnv(false);
        return options;
    }

    private static Client client(ClientOptions options) throws NetBirdException {
        try (Credential credential = Credential.pat(mock.getPat())) {
            return new Client(credential, options);
        }
    }

    @Test
    void aPersonLogsIn() throws NetBirdException {
        LoginOptions login = new LoginOptions();
        login.setClientId("netbird-cli");
        try (DeviceLogin begun = Login.startLoginBlocking(options(), login)) {
            assertTrue(begun.getVerificationUri().startsWith(mock.getUrl()));
            assertNull(begun.pollBlocking());
            mock.approveLogin(begun.getUserCode());
            try (LoginSession session = begun.waitBlocking();
                    Secret exported = session.export();
                    LoginSession restored = LoginSession.restore(exported.expose(), options());
                    Credential credential = restored.credential();
                    Client client = new Client(credential, options())) {
                restored.refreshBlocking();
                assertTrue(restored.getExpiresAt().isAfter(Instant.now()));
                assertEquals(MockServer.USER, client.currentUserBlocking().getId());
            }
        }
    }

    @Test
    void aTokenIsCreatedListedAndDeleted() throws NetBirdException {
        List<EventKind> events = new CopyOnWriteArrayList<>();
        ClientOptions options = options();
        options.setConnectTimeout(Duration.ofSeconds(5));
        options.setReadTimeout(Duration.ofSeconds(10));
        options.setTimeout(Duration.ofSeconds(20));
        options.setRetryBaseDelay(Duration.ofMillis(100));
        options.setRetryMaxDelay(Duration.ofSeconds(1));
        options.setMaxRetries(1);
        options.setOnUnknown(OnUnknown.REVOKE_AND_RETRY);
        options.setObserver(event -> events.add(event.getKind()));
        try (Client client = client(options);
                CreatedToken created = client.createTokenBlocking("java", 30, null, true)) {
            Token token = created.getToken();
            assertTrue(token.getName().matches("java #[0-9a-z]{10}"), token.getName());
            Instant expiry = token.getExpirationDate();
            assertFalse(token.isExpired(expiry));
            assertEquals(30, token.daysLeft(token.getCreatedAt()));
            assertTrue(client.listTokensBlocking().contains(token));
            assertEquals(token, client.getTokenBlocking(token.getId()));
            assertTrue(created.getPlainToken().expose().startsWith("nbp_"));
            client.deleteTokenBlocking(token.getId());
            assertFalse(client.listTokensBlocking().contains(token));
            assertEquals(CredentialState.WORKING, client.checkCredentialBlocking().getState());
        }
        assertTrue(events.contains(EventKind.REQUEST));
    }

    @Test
    void aFailureIsCaughtByItsType() {
        try (Client client = client(options())) {
            client.deleteTokenBlocking("nosuchtoken");
            throw new AssertionError("there is no such token");
        } catch (NetBirdException failed) {
            assertEquals(ErrorKind.NOT_FOUND, failed.getKind());
            assertEquals(12, failed.getCode());
        }
    }

    @Test
    void howLongTheServerAskedToWaitIsAJavaDuration() throws NetBirdException {
        mock.fault("{\"action\": {\"answer\": {\"status\": 429, \"headers\": [[\"Retry-After\", \"7\"]]}}}");
        ClientOptions options = options();
        options.setMaxRetries(0);
        try (Client client = client(options)) {
            NetBirdException limited = assertThrows(NetBirdException.class, client::listUsersBlocking);
            assertEquals(ErrorKind.RATE_LIMITED, limited.getKind());
            assertEquals(Duration.ofSeconds(7), limited.getRetryAfter());
        }
    }

    @Test
    void aTimeLimitEndsACall() throws NetBirdException {
        mock.fault("{\"action\": {\"delay\": {\"ms\": 60000}}}");
        try (Client client = client(options());
                Client hasty = client.withTimeout(Duration.ofMillis(300))) {
            NetBirdException late = assertThrows(NetBirdException.class, () -> hasty.listTokensBlocking(MockServer.USER));
            assertEquals(ErrorKind.TIMEOUT, late.getKind());
        }
    }

    @Test
    void aTokenIsRotated() throws Exception {
        try (Client client = client(options())) {
            Token old = client.createTokenBlocking("nightly", 30).getToken();
            RotationRecord prepared;
            try (Rotation rotation = client.rotateTokenBlocking(null, "nightly", null, 7, null, true, false, true)) {
                assertEquals(old, rotation.getOldToken());
                prepared = RotationRecord.fromJson(rotation.getRecord().toJson());
            }
            assertEquals(RotationStage.PLANNED, prepared.getStage());
            assertEquals(RotationStage.ABORTED, client.resumeRotationBlocking(prepared).getStage());
            String id = client.rotateTokenBlocking(old.getId()).useBlocking(rotation -> {
                assertTrue(rotation.getPlainToken().expose().startsWith("nbp_"));
                return rotation.getToken().getId();
            });
            assertFalse(client.listTokensBlocking().contains(old));
            Exception refused = assertThrows(IllegalArgumentException.class, () ->
                    client.rotateTokenBlocking(id).useBlocking(rotation -> {
                        throw new IllegalArgumentException("deliberate, in a test");
                    }));
            assertEquals(0, refused.getSuppressed().length);
            try (Rotation rotation = client.rotateTokenBlocking(id)) {
                rotation.commitBlocking(true);
                rotation.commitBlocking();
                assertEquals(RotationStage.COMMITTED, rotation.getRecord().getStage());
                client.deleteTokenBlocking(rotation.getToken().getId());
            }
        }
    }

    @Test
    void tokensAreAudited() throws NetBirdException {
        AuditOptions limits = new AuditOptions();
        limits.setExpiringWithin(Duration.ofDays(365));
        limits.setUnusedFor(Duration.ofDays(60));
        limits.setTimeLimit(Duration.ofSeconds(20));
        limits.setConcurrency(2);
        try (Client client = client(options());
                Audit audit = client.auditTokensBlocking(limits)) {
            UserAudit mine = audit.streamBlocking().findFirst().orElseThrow();
            assertTrue(mine.getUser().isCurrent());
            assertEquals(TokenState.EXPIRING, mine.getTokens().get(0).getState());
            assertEquals(1, audit.getSummary().getAudited());
            assertEquals(1, client.auditTokensBlocking().getUserCount());
        }
    }
}
