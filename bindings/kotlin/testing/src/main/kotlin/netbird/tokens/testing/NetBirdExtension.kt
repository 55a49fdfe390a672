package netbird.tokens.testing

import org.junit.jupiter.api.extension.ExtensionContext
import org.junit.jupiter.api.extension.ExtensionContext.Namespace
import org.junit.jupiter.api.extension.ParameterContext
import org.junit.jupiter.api.extension.ParameterResolver
import org.junit.jupiter.api.extension.TestInstantiationAwareExtension.ExtensionContextScope

/**
 * A JUnit 5 extension that gives a [MockNetBird] to each test, and to its constructor and `@BeforeEach` methods, that have one as a
 * parameter. Each test has a server of its own, which ends with the test; one that a `@BeforeAll` method gets is that of the whole class.
 *
 * ```
 * @ExtendWith(NetBirdExtension::class)
 * class DeployTest {
 *     @Test
 *     fun `a token is listed`(mock: MockNetBird) =
 *         mock.client().use { client -> assertEquals(1, client.listTokensBlocking().size) }
 * }
 * ```
 */
public class NetBirdExtension : ParameterResolver {
    override fun supportsParameter(parameter: ParameterContext, context: ExtensionContext): Boolean =
        parameter.parameter.type == MockNetBird::class.java

    override fun resolveParameter(parameter: ParameterContext, context: ExtensionContext): MockNetBird =
        context.getStore(NAMESPACE).getOrComputeIfAbsent(MockNetBird::class.java, { Server(MockNetBird()) }, Server::class.java).mock

    /** A constructor gets the server of its test, and not one of the class. */
    override fun getTestInstantiationExtensionContextScope(context: ExtensionContext): ExtensionContextScope =
        ExtensionContextScope.TEST_METHOD

    /** JUnit closes it at the end of the context. Versions before 5.13 know only the first of the two interfaces. */
    private class Server(val mock: MockNetBird) : ExtensionContext.Store.CloseableResource, AutoCloseable {
        override fun close() = mock.close()
    }

    private companion object {
        val NAMESPACE: Namespace = Namespace.create(NetBirdExtension::class.java)
    }
}
