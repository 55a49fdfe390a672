package netbird.tokens.testing

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

// The snippet of docs/kotlin.md.
@ExtendWith(NetBirdExtension::class)
class DeployTest {
    @Test
    fun `a token is created`(mock: MockNetBird) =
        mock.client().use { client ->
            client.createTokenBlocking("ci").use { created -> assertEquals("ci", created.token.name) }
        }
}
