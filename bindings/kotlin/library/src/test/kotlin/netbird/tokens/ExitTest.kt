package netbird.tokens

import java.io.BufferedReader
import java.time.Duration
import kotlin.system.exitProcess
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTimeoutPreemptively
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

/** A normal exit of the JVM waits for an interrupted create. */
class ExitTest {
    @ParameterizedTest
    @ValueSource(strings = ["return", "exit", "return, logging", "exit, logging"])
    fun `the JVM's exit waits for an interrupted create`(how: String) =
        assertTimeoutPreemptively(Duration.ofSeconds(60)) {
            MockServer().use { mock ->
                mock.holdCreate()
                val program = start(how, mock, ProcessBuilder.Redirect.INHERIT)
                val output = untilItHasCancelled(program, mock)
                // It would be gone by now if it did not wait.
                Thread.sleep(500)
                mock.release()
                val rest = output.readText().trim()
                assertEquals(0, program.waitFor())
                assertEquals(listOf("laptop"), mock.tokenNames())
                assertEquals(if ("logging" in how) "" else "FINISHED exiting", rest)
            }
        }

    @Test
    fun `what the JVM's exit leaves behind is printed, although its log is closed`() =
        assertTimeoutPreemptively(Duration.ofSeconds(60)) {
            MockServer().use { mock ->
                mock.holdCreate()
                mock.refuseDelete()
                val program = start("exit, logging", mock, ProcessBuilder.Redirect.PIPE)
                untilItHasCancelled(program, mock)
                mock.release()
                val printed = program.errorStream.bufferedReader().readText()
                val id = mock.tokens().single { it.getString("name") == "exiting" }.getString("id")
                assertTrue("netbird.tokens: the create of \"exiting\"" in printed && id in printed, printed)
            }
        }

    private fun untilItHasCancelled(program: Process, mock: MockServer): BufferedReader {
        while ("exiting" !in mock.tokenNames()) Thread.sleep(10)
        program.outputStream.close()
        return program.inputStream.bufferedReader().also { assertEquals("cancelled", it.readLine()) }
    }

    private fun start(how: String, mock: MockServer, errors: ProcessBuilder.Redirect): Process {
        val java = ProcessHandle.current().info().command().orElse("java")
        val builder = ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), ExitProgram::class.java.name, how)
        builder.environment() += mapOf("NB_PAT" to mock.pat, "NB_MANAGEMENT_URL" to mock.url)
        return builder.redirectError(errors).start()
    }
}

/** Creates a token, cancels that when its standard input ends, and exits. */
object ExitProgram {
    @JvmStatic
    fun main(args: Array<String>) {
        val how = args.single()
        val client = Client.fromEnv {
            proxyFromEnv = false
            if ("logging" !in how) {
                observer = Observer { if (it.kind != EventKind.REQUEST) println("${it.kind} ${it.tokenName}") }
            }
        }
        val call = CoroutineScope(Dispatchers.Default).launch { client.createToken("exiting", userId = MockServer.USER) }
        while (readlnOrNull() != null) continue
        runBlocking { call.cancelAndJoin() }
        println("cancelled")
        if (how.startsWith("exit")) exitProcess(0)
    }
}
