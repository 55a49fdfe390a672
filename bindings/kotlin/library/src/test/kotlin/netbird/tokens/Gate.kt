package netbird.tokens

import java.io.InputStream
import java.io.OutputStream
import java.net.ServerSocket
import java.net.Socket
import java.net.SocketException
import java.net.URI
import java.util.concurrent.CountDownLatch
import kotlin.concurrent.thread

/** Lies between a client and the mock. While it is shut, requests pass and answers are held back. */
class Gate(server: String) : AutoCloseable {
    private val target = URI(server)
    private val listener = ServerSocket(0)

    @Volatile
    private var opened = CountDownLatch(0)

    /** Where clients find the mock's API. */
    val url: String = "http://127.0.0.1:${listener.localPort}"

    init {
        thread(isDaemon = true) {
            untilClosed {
                while (true) connect(listener.accept())
            }
        }
    }

    fun shut() {
        opened = CountDownLatch(1)
    }

    fun open() = opened.countDown()

    private fun connect(client: Socket) {
        val server = Socket(target.host, target.port)
        pump(client.getInputStream(), server.getOutputStream(), server) {}
        pump(server.getInputStream(), client.getOutputStream(), client) { opened.await() }
    }

    private fun pump(from: InputStream, to: OutputStream, end: Socket, beforeEach: () -> Unit) =
        thread(isDaemon = true) {
            untilClosed {
                end.use {
                    val piece = ByteArray(8192)
                    while (true) {
                        val length = from.read(piece)
                        if (length < 0) break
                        beforeEach()
                        to.write(piece, 0, length)
                    }
                }
            }
        }

    private fun untilClosed(action: () -> Unit) =
        try {
            action()
        } catch (closed: SocketException) {
            // One side went away, or the test is over.
        }

    override fun close() {
        open()
        listener.close()
    }
}
