package netbird.tokens.adapter

/** Speaks the adapter protocol, `tests/adapters/README.md`: one JSON object a line each way. */
fun main() {
    val adapter = Adapter()
    for (line in generateSequence(::readlnOrNull)) {
        println(adapter.answer(line))
    }
}
