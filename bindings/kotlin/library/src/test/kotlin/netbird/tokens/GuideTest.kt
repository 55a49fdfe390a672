package netbird.tokens

import java.io.File
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Every Kotlin and Java snippet of the guide, of the page about logging in and of the README is in a file that compiles. */
class GuideTest {
    private val page = File(System.getProperty("netbird.guide"))
    private val guide = page.readText() + page.resolveSibling("login.md").readText()
    private val readme = File(System.getProperty("netbird.readme")).readText()

    @Test
    fun `the Kotlin snippets compile`() =
        assertCompiled("kotlin", guide + readme, "src/test/kotlin/netbird/tokens/Guide.kt", 20)

    @Test
    fun `the Java snippets compile`() = assertCompiled("java", guide, "src/test/java/netbird/tokens/JavaGuide.java", 3)

    private fun assertCompiled(language: String, text: String, file: String, atLeast: Int) {
        val compiled = listOf(file, TESTING).joinToString("\n") { normalised(File(it).readText()) }
        val snippets = Regex("```$language\n(.*?)```", RegexOption.DOT_MATCHES_ALL).findAll(text).map { it.groupValues[1] }.toList()
        assertTrue(snippets.size >= atLeast, "${snippets.size} snippets")
        for (snippet in snippets) {
            assertTrue(normalised(snippet) in compiled, "not in $file:\n$snippet")
        }
    }

    private companion object {
        /** What needs the module for tests, which needs this one. */
        const val TESTING = "../testing/src/test/kotlin/netbird/tokens/testing/DeployTest.kt"
    }

    /** Without indentation, empty lines and imports, which the guide's snippets have where they need them. */
    private fun normalised(text: String): String =
        text.lines().map { it.trim() }.filter { it.isNotEmpty() && !it.startsWith("import ") }.joinToString("\n")
}
