package netbird.tokens

import netbird.tokens.internal.NativeErrorKind
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

class ErrorKindTest {
    @Test
    fun `names and numbers are the core's`() {
        for (native in NativeErrorKind.entries) {
            val kind = native.translated()
            assertEquals(native.name, kind.name)
            assertEquals(native.value.toInt(), kind.code)
        }
        assertEquals(NativeErrorKind.entries.size, ErrorKind.entries.size)
    }
}
