package netbird.tokens

import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class PackagingTest {
    private fun resource(path: String): ByteArray {
        val found = javaClass.classLoader.getResourceAsStream(path)
        assertNotNull(found, path)
        return checkNotNull(found).use { it.readBytes() }
    }

    @Test
    fun `the native library is packed where JNA looks, and it is the one without the tests' hook`() {
        val library = String(resource(System.getProperty("netbird.native")), Charsets.ISO_8859_1)
        assertTrue("uniffi_netbird_tokens_uniffi" in library)
        assertFalse("panic, for a test" in library)
    }

    @Test
    fun `shrinkers are told what to keep`() {
        val rules = String(resource("META-INF/proguard/netbird-tokens.pro"))
        assertTrue("-keep class com.sun.jna.**" in rules)
        assertTrue("-keep class netbird.tokens.internal.**" in rules)
    }
}
