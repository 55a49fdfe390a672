package netbird.tokens

import java.time.Instant
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Results are values: users build them in their own tests. */
class ValuesTest {
    private val now = Instant.parse("2026-11-22T14:02:53Z")
    private val token =
        Token(id = "abc", name = "ci", expirationDate = now.plusSeconds(86_400), createdAt = now, createdBy = "ada", userId = "ada")

    @Test
    fun `a token is built, compared and changed`() {
        assertEquals(token, token.copy())
        assertNotEquals(token, token.copy(name = "deploy"))
        assertEquals(1, token.daysLeft(now))
        assertFalse(token.isExpired(now))
        assertEquals(null, token.lastUsed)
        assertTrue("name=ci" in token.toString(), token.toString())
    }

    @Test
    fun `the other results are built with what matters`() {
        val user = User(id = "ada", role = Role.Owner)
        val check = CredentialCheck(CredentialState.WORKING, CredentialKind.PAT, user = user, token = token)
        assertEquals(check, check.copy())
        val audited = UserAudit(user, listOf(AuditedToken(token, TokenState.HEALTHY)), asOf = now)
        assertEquals(emptyList<TokenState>(), audited.tokens.single().findings)
        assertEquals(2, AuditSummary(users = 2, audited = 2).users)
        val error = NetBirdException("no", ErrorKind.FORBIDDEN, status = 403)
        assertEquals(403, error.status)
        val created = CreatedToken(token, Secret.of("nbp_secret"))
        assertFalse("nbp_secret" in created.toString(), created.toString())
    }

    @Test
    fun `roles and statuses are the server's words, also those of newer servers`() {
        assertSame(Role.NetworkAdmin, Role.of("network_admin"))
        assertSame(UserStatus.Invited, UserStatus.of("invited"))
        val other = Role.of("janitor")
        assertTrue(other is Role.Other)
        assertEquals(other, Role.of("janitor"))
        assertEquals("janitor", "$other")
        assertEquals("network_admin", Role.NetworkAdmin.text)
        assertNotEquals(Role.of("active") as Any, UserStatus.Active as Any)
    }
}
