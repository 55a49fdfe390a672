package netbird.tokens

import netbird.tokens.internal.NativeEvent
import netbird.tokens.internal.NativeEventKind

/** Receives the events of a client. */
public fun interface Observer {
    /**
     * Takes one event, on the thread where it happens: the caller's, or for an interrupted create the library's background thread.
     * It must not call the client. An exception that it throws is logged and otherwise ignored.
     *
     * @param event what happened
     */
    public fun event(event: Event)
}

/** Which [Event] it is. */
public enum class EventKind {
    /** A request was sent, or could not be sent. */
    REQUEST,

    /** The request will be sent again. */
    RETRY,

    /** The answer to a create was lost; the tokens are listed to find what it did. */
    RECONCILE,

    /** An interrupted create was finished in the background: the token that it made, if any, is revoked. */
    FINISHED,

    /** An interrupted create may have made a token that could not be revoked. Nobody holds its secret. */
    LEFT_BEHIND,

    /** A rotation was closed or forgotten without commit or abort. Both tokens stay. */
    ROTATION_OPEN,

    /** The server refused the credential, and the token file holds another one, which is used from now on. */
    CREDENTIAL_READ,

    /** The session of a login was refreshed: calls from now on use its new token. */
    SESSION_REFRESHED,

    /** The session of a login could not be refreshed: calls go on with the token that it has. */
    SESSION_NOT_REFRESHED,

    /** An event that a later version of the library adds. */
    OTHER,
}

/**
 * Something that happened during a call. Holds no secret.
 *
 * @property kind Which event it is.
 * @property isWarning Whether it is out of the ordinary.
 * @property message What happened, in one line, for people.
 * @property tokenName With [EventKind.FINISHED] and [EventKind.LEFT_BEHIND]: the name that the create sent. With
 *   [EventKind.ROTATION_OPEN]: the new token's.
 * @property tokenIds With [EventKind.FINISHED]: the token that was revoked, if one was made. With [EventKind.LEFT_BEHIND]: the tokens
 *   that the create may have made, as far as they are known. With [EventKind.ROTATION_OPEN]: the old token, and the new one if its
 *   id is known.
 */
public class Event internal constructor(
    public val kind: EventKind,
    public val isWarning: Boolean,
    public val message: String,
    public val tokenName: String?,
    public val tokenIds: List<String>,
) {
    override fun toString(): String = message
}

internal fun NativeEvent.translated(): Event = Event(kind.translated(), isWarning, text, tokenName, tokenIds)

private fun NativeEventKind.translated(): EventKind =
    when (this) {
        NativeEventKind.REQUEST -> EventKind.REQUEST
        NativeEventKind.RETRY -> EventKind.RETRY
        NativeEventKind.RECONCILE -> EventKind.RECONCILE
        NativeEventKind.FINISHED -> EventKind.FINISHED
        NativeEventKind.LEFT_BEHIND -> EventKind.LEFT_BEHIND
        NativeEventKind.ROTATION_OPEN -> EventKind.ROTATION_OPEN
        NativeEventKind.CREDENTIAL_READ -> EventKind.CREDENTIAL_READ
        NativeEventKind.SESSION_REFRESHED -> EventKind.SESSION_REFRESHED
        NativeEventKind.SESSION_NOT_REFRESHED -> EventKind.SESSION_NOT_REFRESHED
        NativeEventKind.OTHER -> EventKind.OTHER
    }
