package netbird.tokens

import java.io.File
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Every Kotlin snippet of the guide stands in [Guide.kt][Guide], which compiles. */
class GuideTest {
    @Test
    fun `the guide's snippets compile`() {
        val compiled = normalised(File("src/test/kotlin/netbird/tokens/Guide.kt").readText())
        val guide = File(System.getProperty("netbird.guide")).readText()
        val snippets = Regex("```kotlin\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(guide).map { it.groupValues[1] }.toList()
        assertTrue(snippets.size >= 5, "${snippets.size} snippets")
        for (snippet in snippets) {
            assertTrue(normalised(snippet) in compiled, "not in Guide.kt:\n$snippet")
        }
    }

    /** Without indentation, empty lines and imports, which the guide's snippets have where they need them. */
    private fun normalised(text: String): String =
        text.lines().map { it.trim() }.filter { it.isNotEmpty() && !it.startsWith("import ") }.joinToString("\n")
}
