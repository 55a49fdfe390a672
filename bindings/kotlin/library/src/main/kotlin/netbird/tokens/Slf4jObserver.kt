package netbird.tokens

import org.slf4j.Logger
import org.slf4j.LoggerFactory

/**
 * Logs a client's events with SLF4J: warnings at `warn`, the rest at `debug`. Needs `org.slf4j:slf4j-api`, which this library does not
 * bring.
 *
 * ```
 * val client = Client.fromEnv { observer = Slf4jObserver() }
 * ```
 *
 * @param logger where to log; by default the logger `netbird.tokens`
 */
public class Slf4jObserver @JvmOverloads constructor(
    private val logger: Logger = LoggerFactory.getLogger("netbird.tokens"),
) : Observer {
    override fun event(event: Event): Unit =
        if (event.isWarning) logger.warn(event.message) else logger.debug(event.message)
}
