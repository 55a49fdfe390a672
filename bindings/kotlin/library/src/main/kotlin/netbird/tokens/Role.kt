package netbird.tokens

/**
 * What a user may do. It prints as the server's word for it.
 *
 * @property text The server's word: `owner`, `network_admin`, …
 */
public sealed class Role(public val text: String) {
    /** The account's owner: it may do everything. */
    public object Owner : Role("owner")

    /** It manages the account, service users and their tokens. */
    public object Admin : Role("admin")

    /** It manages networks, and its own tokens. */
    public object NetworkAdmin : Role("network_admin")

    /** It reads everything, and manages its own tokens. */
    public object Auditor : Role("auditor")

    /** It manages its own tokens. */
    public object User : Role("user")

    /** It manages the billing. */
    public object BillingAdmin : Role("billing_admin")

    /** One that a newer server adds. [of] makes it. */
    public class Other internal constructor(text: String) : Role(text)

    final override fun equals(other: Any?): Boolean = other is Role && text == other.text

    final override fun hashCode(): Int = text.hashCode()

    final override fun toString(): String = text

    public companion object {
        private val KNOWN by lazy { listOf(Owner, Admin, NetworkAdmin, Auditor, User, BillingAdmin).associateBy { it.text } }

        /**
         * The role with the server's word for it.
         *
         * @param text any word
         * @return the role; an [Other] for a word that is not known
         */
        @JvmStatic
        public fun of(text: String): Role = KNOWN[text] ?: Other(text)
    }
}

/**
 * Whether a user can be used. It prints as the server's word for it.
 *
 * @property text The server's word: `active`, `invited`, `blocked`.
 */
public sealed class UserStatus(public val text: String) {
    /** It can be used. */
    public object Active : UserStatus("active")

    /** The person has not accepted the invitation yet. */
    public object Invited : UserStatus("invited")

    /** An administrator has blocked it. */
    public object Blocked : UserStatus("blocked")

    /** One that a newer server adds. [of] makes it. */
    public class Other internal constructor(text: String) : UserStatus(text)

    final override fun equals(other: Any?): Boolean = other is UserStatus && text == other.text

    final override fun hashCode(): Int = text.hashCode()

    final override fun toString(): String = text

    public companion object {
        private val KNOWN by lazy { listOf(Active, Invited, Blocked).associateBy { it.text } }

        /**
         * The status with the server's word for it.
         *
         * @param text any word
         * @return the status; an [Other] for a word that is not known
         */
        @JvmStatic
        public fun of(text: String): UserStatus = KNOWN[text] ?: Other(text)
    }
}
