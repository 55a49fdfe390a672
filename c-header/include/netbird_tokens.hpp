/*
 * netbird-tokens for C++17: netbird_tokens.h with ownership, exceptions, std::chrono and ranges. Header only.
 *
 *     netbird_tokens::Client client = netbird_tokens::Client::from_env();
 *     netbird_tokens::CreatedToken created = client.create_token("ci", 30);
 *     store(created.plain_token.expose());
 *
 * Objects that own a handle can be moved and not copied, except for Error and CredentialCheck, whose copies share it. A moved-from
 * object may only be destroyed or assigned to. Functions that can fail throw Error. Texts are UTF-8; a std::string_view is valid as long as the object that returned it. Objects may be
 * used by any number of threads at once, except for ClientBuilder and LoginOptions.
 */
#ifndef NETBIRD_TOKENS_HPP
#define NETBIRD_TOKENS_HPP

#include <netbird_tokens.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace netbird_tokens {

/** What went wrong. The numbers and names are the same in every language; a later version may add some. */
enum class ErrorKind : std::uint32_t {
    invalid_argument = NBT_INVALID_ARGUMENT,
    invalid_credential = NBT_INVALID_CREDENTIAL,
    configuration = NBT_CONFIGURATION,
    unauthorized = NBT_UNAUTHORIZED,
    forbidden = NBT_FORBIDDEN,
    not_found = NBT_NOT_FOUND,
    conflict = NBT_CONFLICT,
    rejected = NBT_REJECTED,
    rate_limited = NBT_RATE_LIMITED,
    server_error = NBT_SERVER_ERROR,
    connect = NBT_CONNECT,
    tls = NBT_TLS,
    timeout = NBT_TIMEOUT,
    transport = NBT_TRANSPORT,
    unexpected_response = NBT_UNEXPECTED_RESPONSE,
    outcome_unknown = NBT_OUTCOME_UNKNOWN,
    cancelled = NBT_CANCELLED,
    internal = NBT_INTERNAL,
};

/**
 * The stable name of a kind.
 *
 * @param kind any kind
 * @return the name, for example "outcome_unknown"
 */
inline std::string_view name(ErrorKind kind) noexcept {
    return nbt_result_name(static_cast<std::uint32_t>(kind));
}

inline std::ostream &operator<<(std::ostream &out, ErrorKind kind) {
    return out << name(kind);
}

/**
 * An instant. One outside the range of nanoseconds in 64 bits (the years 1677 to 2262) becomes the nearest in that range.
 */
using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

namespace detail {

template <auto Free>
struct Deleter {
    template <class T>
    void operator()(T *handle) const noexcept {
        Free(handle);
    }
};

template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

/** A text that may be absent. */
inline std::optional<std::string_view> optional(const char *text) noexcept {
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(text);
}

inline std::string_view view(const char *text) noexcept {
    return text == nullptr ? std::string_view() : std::string_view(text);
}

/** The instant in the unit D, cut; the nearest one if it is outside the range of D. */
template <class D>
std::chrono::time_point<std::chrono::system_clock, D> instant(std::int64_t seconds, std::uint32_t nanoseconds) noexcept {
    using std::chrono::duration_cast;
    using Point = std::chrono::time_point<std::chrono::system_clock, D>;
    using Seconds = std::chrono::duration<std::int64_t>;
    if constexpr (std::ratio_less_v<typename D::period, std::ratio<1>>) {
        // One second less than the range of D, so that the nanoseconds have room.
        if (seconds <= duration_cast<Seconds>((D::min)()).count()) {
            return (Point::min)();
        }
        if (seconds >= duration_cast<Seconds>((D::max)()).count()) {
            return (Point::max)();
        }
    }
    return Point(duration_cast<D>(Seconds(seconds)) + duration_cast<D>(std::chrono::nanoseconds(nanoseconds)));
}

struct Instant {
    std::int64_t seconds;
    std::uint32_t nanoseconds;
};

/** Whole seconds, rounded down, and the nanoseconds after them. */
template <class D>
Instant parts(std::chrono::time_point<std::chrono::system_clock, D> time) {
    using Seconds = std::chrono::duration<std::int64_t>;
    // Towards zero first: rounding the earliest instant down would leave the range of D.
    Seconds seconds = std::chrono::duration_cast<Seconds>(time.time_since_epoch());
    auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch() - seconds);
    if (rest.count() < 0) {
        seconds -= Seconds(1);
        rest += Seconds(1);
    }
    return {seconds.count(), static_cast<std::uint32_t>(rest.count())};
}

}  // namespace detail

/**
 * Why a call failed. what() says what went wrong and what to do about it, for people; its text may change between versions. An
 * error never holds a secret.
 */
class Error : public std::runtime_error {
public:
    /**
     * Takes a handle over.
     *
     * @param handle must not be NULL; is freed by the error
     */
    explicit Error(nbt_error *handle)
        : std::runtime_error(nbt_error_message(handle)), error_(handle, detail::Deleter<nbt_error_free>()),
          kind_(static_cast<ErrorKind>(nbt_error_kind(handle))) {}

    /**
     * Borrows a handle.
     *
     * @param handle must not be NULL; is read by the error for as long as a copy of it exists
     * @param owner keeps the handle alive
     */
    Error(const nbt_error *handle, std::shared_ptr<const void> owner)
        : std::runtime_error(nbt_error_message(handle)), error_(std::move(owner), handle),
          kind_(static_cast<ErrorKind>(nbt_error_kind(handle))) {}

    /**
     * An argument that cannot be passed to the library.
     *
     * @param message what is wrong with it
     */
    explicit Error(const std::string &message)
        : std::runtime_error(message), kind_(ErrorKind::invalid_argument) {}

    /** What went wrong, for programs. */
    ErrorKind kind() const noexcept { return kind_; }

    /** The HTTP status of the answer that led to the error, if one did. */
    std::optional<int> status() const noexcept {
        const int status = nbt_error_status(error_.get());
        return status == 0 ? std::nullopt : std::optional<int>(status);
    }

    /** The server's own message, as it sent it, with credentials and the hash of a PAT removed. */
    std::optional<std::string_view> server_message() const noexcept {
        return detail::optional(nbt_error_server_message(error_.get()));
    }

    /** The server's X-Request-Id, by which its operator finds the request in the server's log. */
    std::optional<std::string_view> request_id() const noexcept {
        return detail::optional(nbt_error_request_id(error_.get()));
    }

    /** Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice. */
    bool retryable() const noexcept { return nbt_error_retryable(error_.get()); }

    /** How long the server asked to wait (Retry-After), if it did. */
    std::optional<std::chrono::milliseconds> retry_after() const noexcept {
        std::uint64_t wait = 0;
        if (!nbt_error_retry_after(error_.get(), &wait)) {
            return std::nullopt;
        }
        constexpr auto longest = static_cast<std::uint64_t>((std::chrono::milliseconds::max)().count());
        return std::chrono::milliseconds(static_cast<std::int64_t>(wait < longest ? wait : longest));
    }

    /** How many times the request that failed was sent or tried; 0 when it was refused before that. */
    std::uint32_t attempts() const noexcept { return nbt_error_attempts(error_.get()); }

    /**
     * With outcome_unknown: the tokens that the call may have created or deleted, as far as the server's list tells. Somebody
     * else may have created one of them: inspect each before you revoke it.
     */
    std::vector<std::string> candidate_token_ids() const {
        std::vector<std::string> ids;
        const std::size_t count = nbt_error_candidate_token_ids_len(error_.get());
        ids.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            ids.emplace_back(nbt_error_candidate_token_ids_at(error_.get(), i));
        }
        return ids;
    }

    /**
     * With outcome_unknown of a create: the exact name that was sent. With NewToken::tag no other token has that name, so one
     * that bears it was made by this call.
     */
    std::optional<std::string_view> token_name() const noexcept {
        return detail::optional(nbt_error_token_name(error_.get()));
    }

    /** The error as JSON. It holds no secret. Empty for an argument that could not be passed to the library. */
    std::string to_json() const {
        const char *json = nbt_error_to_json(error_.get());
        return json == nullptr ? std::string() : std::string(json);
    }

private:
    // Shared, because copying an exception must not fail.
    std::shared_ptr<const nbt_error> error_;
    ErrorKind kind_;
};

namespace detail {

/**
 * Throws what a call failed with. The error is a reference because the call that sets it is an argument too, and the compiler
 * may evaluate either first.
 */
inline void check(nbt_result result, nbt_error *const &error) {
    if (result != NBT_OK) {
        throw Error(error);
    }
}

/** A copy of a text with a NUL at its end, for one call. It is wiped, because it may be a secret. */
class Text {
public:
    Text(std::string_view text, const char *name) : text_(text) {
        if (text.find('\0') != std::string_view::npos) {
            wipe();
            throw Error(std::string(name) + " has a NUL in it");
        }
    }

    Text(const Text &) = delete;
    Text &operator=(const Text &) = delete;

    ~Text() { wipe(); }

    const char *get() const noexcept { return text_.c_str(); }

private:
    void wipe() noexcept {
        volatile char *bytes = text_.data();
        for (std::size_t i = 0; i < text_.size(); ++i) {
            bytes[i] = '\0';
        }
    }

    std::string text_;
};

/** As Text, or NULL. */
class OptionalText {
public:
    OptionalText(std::optional<std::string_view> text, const char *name) {
        if (text) {
            text_.emplace(*text, name);
        }
    }

    const char *get() const noexcept { return text_ ? text_->get() : nullptr; }

private:
    std::optional<Text> text_;
};

/** Whole milliseconds, rounded up, so that a short time limit does not become none. */
template <class Rep, class Period>
std::uint64_t milliseconds(std::chrono::duration<Rep, Period> duration, const char *name) {
    // In floating point: converting a long duration to integral milliseconds could overflow.
    const long double count = std::ceil(std::chrono::duration<long double, std::milli>(duration).count());
    if (!(count >= 0)) {
        throw Error(std::string(name) + " is negative");
    }
    constexpr long double limit = 18446744073709551616.0L;  // 2^64
    return count < limit ? static_cast<std::uint64_t>(count) : (std::numeric_limits<std::uint64_t>::max)();
}

}  // namespace detail

/** A secret text. It prints as nbp_****, is compared in constant time, and is wiped when it is destroyed. */
class [[nodiscard]] Secret {
public:
    /**
     * A secret from a text, to compare it or to keep it where it is wiped.
     *
     * @param text is copied
     */
    explicit Secret(std::string_view text) {
        const detail::Text copy(text, "text");
        nbt_secret *secret = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_secret_new(copy.get(), &secret, &error), error);
        handle_.reset(secret);
    }

    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit Secret(nbt_secret *handle) noexcept : handle_(handle) {}

    /** The plain text, followed by a NUL. Guarding copies of it is up to the caller. */
    std::string_view expose() const noexcept {
        std::size_t length = 0;
        const char *text = nbt_secret_expose(handle_.get(), &length);
        return {text == nullptr ? "" : text, length};
    }

    /** What may be printed in its place. */
    std::string_view masked() const noexcept { return nbt_secret_masked(handle_.get()); }

    /** The handle, for the C functions. */
    const nbt_secret *get() const noexcept { return handle_.get(); }

    friend bool operator==(const Secret &one, const Secret &other) noexcept {
        return nbt_secret_equals(one.get(), other.get());
    }

    friend bool operator!=(const Secret &one, const Secret &other) noexcept { return !(one == other); }

    friend std::ostream &operator<<(std::ostream &out, const Secret &secret) { return out << secret.masked(); }

private:
    detail::Handle<nbt_secret, nbt_secret_free> handle_;
};

/** How a request authenticates. */
enum class CredentialKind {
    none = NBT_CREDENTIAL_NONE,
    pat = NBT_CREDENTIAL_PAT,
    bearer = NBT_CREDENTIAL_BEARER,
};

/** A credential that passed its offline check. */
class Credential {
public:
    /**
     * A personal access token. Its prefix, length and checksum are checked.
     *
     * @param text exactly its 40 characters
     * @return the credential
     * @throws Error invalid_credential, saying what is wrong with it
     */
    [[nodiscard]] static Credential pat(std::string_view text) { return make(text, nbt_credential_new_pat); }

    /**
     * A JWT. Its shape is checked; its signature and its expiry are for the server to check.
     *
     * @param text the JWT
     * @return the credential
     * @throws Error invalid_credential, saying what is wrong with it
     */
    [[nodiscard]] static Credential bearer(std::string_view text) { return make(text, nbt_credential_new_bearer); }

    /**
     * Either of the two, as people paste them: white space and quotes around it, and a leading Token, Bearer or Authorization:,
     * are removed.
     *
     * @param text the PAT or the JWT
     * @return the credential
     * @throws Error invalid_credential, saying what is wrong with it
     */
    [[nodiscard]] static Credential detect(std::string_view text) { return make(text, nbt_credential_new_detect); }

    /** Whether it is a PAT or a JWT. */
    CredentialKind kind() const noexcept { return static_cast<CredentialKind>(nbt_credential_get_kind(handle_.get())); }

    /** When a JWT expires, if it says so. A PAT does not say. */
    template <class D = TimePoint::duration>
    std::optional<std::chrono::time_point<std::chrono::system_clock, D>> expires_at() const noexcept {
        detail::Instant at{};
        if (!nbt_credential_expires_at(handle_.get(), &at.seconds, &at.nanoseconds)) {
            return std::nullopt;
        }
        return detail::instant<D>(at.seconds, at.nanoseconds);
    }

    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit Credential(nbt_credential *handle) noexcept : handle_(handle) {}

    /** The handle, for the C functions. */
    const nbt_credential *get() const noexcept { return handle_.get(); }

private:
    static Credential make(std::string_view text, nbt_result (*make)(const char *, nbt_credential **, nbt_error **)) {
        const detail::Text copy(text, "text");
        nbt_credential *credential = nullptr;
        nbt_error *error = nullptr;
        detail::check(make(copy.get(), &credential, &error), error);
        return Credential(credential);
    }

    detail::Handle<nbt_credential, nbt_credential_free> handle_;
};

/** Ends calls from another thread, or from a signal handler. Once cancelled it stays cancelled. */
class CancelToken {
public:
    /** A token that is not cancelled. */
    CancelToken() : handle_(nbt_cancel_new()) {}

    /** Ends the calls of every client that was made with it, within 50 ms. Does not wait for them. */
    void cancel() const noexcept { nbt_cancel_cancel(handle_.get()); }

    /** Whether cancel() was called. */
    bool is_cancelled() const noexcept { return nbt_cancel_is_cancelled(handle_.get()); }

    /** The handle, for the C functions. */
    const nbt_cancel *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_cancel, nbt_cancel_free> handle_;
};

/** The default lifetime in days. */
inline constexpr std::int64_t default_expires_in_days = NBT_DEFAULT_EXPIRES_IN_DAYS;

/** What the server says about a token of a list or a check: valid as long as those are. The secret is not part of it. */
class TokenView {
public:
    /** A view of nothing, whose texts are empty. */
    TokenView() noexcept = default;

    /**
     * A view of a token.
     *
     * @param token is borrowed
     */
    explicit TokenView(const nbt_token *token) noexcept : token_(token) {}

    /** The token's id, 20 characters chosen by the server. Not a secret. */
    std::string_view id() const noexcept { return detail::view(nbt_token_id(token_)); }

    /** The name it was given; not unique. */
    std::string_view name() const noexcept { return detail::view(nbt_token_name(token_)); }

    /** The id of the user who created it, which need not be the one who owns it. */
    std::string_view created_by() const noexcept { return detail::view(nbt_token_created_by(token_)); }

    /** The id of the user who owns it. */
    std::string_view user_id() const noexcept { return detail::view(nbt_token_user_id(token_)); }

    /**
     * When it stops working; the zero time 0001-01-01 if the server keeps none. That year is outside the range of nanoseconds:
     * use expiration_date<std::chrono::microseconds>().
     */
    template <class D = TimePoint::duration>
    std::chrono::time_point<std::chrono::system_clock, D> expiration_date() const noexcept {
        return time<D>(nbt_token_expiration_date).value_or((std::chrono::time_point<std::chrono::system_clock, D>::min)());
    }

    /** When it was created. */
    template <class D = TimePoint::duration>
    std::chrono::time_point<std::chrono::system_clock, D> created_at() const noexcept {
        return time<D>(nbt_token_created_at).value_or((std::chrono::time_point<std::chrono::system_clock, D>::min)());
    }

    /** When it last authenticated a request, if ever. */
    template <class D = TimePoint::duration>
    std::optional<std::chrono::time_point<std::chrono::system_clock, D>> last_used() const noexcept {
        return time<D>(nbt_token_last_used);
    }

    /**
     * Whether the server refuses it at an instant (it does so after the expiration date, not at it).
     *
     * @param now the instant
     */
    template <class D = std::chrono::system_clock::duration>
    bool is_expired(
        std::chrono::time_point<std::chrono::system_clock, D> now = std::chrono::system_clock::now()) const {
        const detail::Instant at = detail::parts(now);
        bool expired = false;
        nbt_error *error = nullptr;
        detail::check(nbt_token_is_expired(token_, at.seconds, at.nanoseconds, &expired, &error), error);
        return expired;
    }

    /**
     * Whole days of 24 hours from an instant to the expiration date, rounded down: 0 on the last day, negative once expired.
     *
     * @param now the instant
     */
    template <class D = std::chrono::system_clock::duration>
    std::int64_t days_left(
        std::chrono::time_point<std::chrono::system_clock, D> now = std::chrono::system_clock::now()) const {
        const detail::Instant at = detail::parts(now);
        std::int64_t days = 0;
        nbt_error *error = nullptr;
        detail::check(nbt_token_days_left(token_, at.seconds, at.nanoseconds, &days, &error), error);
        return days;
    }

    /** The token as JSON, in the API's own names. It holds no secret. */
    std::string to_json() const { return std::string(detail::view(nbt_token_to_json(token_))); }

    /** The handle, for the C functions. */
    const nbt_token *get() const noexcept { return token_; }

    /** Whether both say the same; two views of nothing do. */
    friend bool operator==(const TokenView &one, const TokenView &other) noexcept {
        return nbt_token_equals(one.get(), other.get());
    }

    friend bool operator!=(const TokenView &one, const TokenView &other) noexcept { return !(one == other); }

private:
    template <class D>
    std::optional<std::chrono::time_point<std::chrono::system_clock, D>> time(
        bool (*read)(const nbt_token *, std::int64_t *, std::uint32_t *)) const noexcept {
        detail::Instant at{};
        if (!read(token_, &at.seconds, &at.nanoseconds)) {
            return std::nullopt;
        }
        return detail::instant<D>(at.seconds, at.nanoseconds);
    }

    const nbt_token *token_ = nullptr;
};

/** A token that owns its data: from get_token and create_token, or a copy of one of a list. */
class Token : public TokenView {
public:
    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit Token(nbt_token *handle) noexcept : TokenView(handle), handle_(handle) {}

    /**
     * A copy, for example to keep one of a list that goes away.
     *
     * @param view the token to copy
     */
    explicit Token(const TokenView &view) : Token(nbt_token_clone(view.get())) {}

private:
    detail::Handle<nbt_token, nbt_token_free> handle_;
};

/** The token to create. */
struct NewToken {
    /** Need not be unique; must not be empty. */
    std::string name;
    /** The lifetime, 1 to 365 days. */
    std::int64_t expires_in_days = default_expires_in_days;
    /**
     * Whether the name is sent as "NAME #TAG", with ten random characters. No other token has such a name, so if the answer to
     * the create is lost, the token that it made can be found with certainty. OnUnknown::revoke_and_retry needs it.
     */
    bool tag = false;
};

/** A token that was just created. */
struct [[nodiscard]] CreatedToken {
    /** What the server says about it. */
    Token token;
    /** Its secret, which the server never shows again. */
    Secret plain_token;
};

/** A user of a list or a check: valid as long as those are. */
class UserView {
public:
    /** A view of nothing, whose texts are empty. */
    UserView() noexcept = default;

    /**
     * A view of a user.
     *
     * @param user is borrowed
     */
    explicit UserView(const nbt_user *user) noexcept : user_(user) {}

    /** The id, which token calls take as the user id. */
    std::string_view id() const noexcept { return detail::view(nbt_user_id(user_)); }

    /** The display name; not unique. */
    std::string_view name() const noexcept { return detail::view(nbt_user_name(user_)); }

    /** The e-mail address; empty for a service user. */
    std::string_view email() const noexcept { return detail::view(nbt_user_email(user_)); }

    /** owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds. */
    std::string_view role() const noexcept { return detail::view(nbt_user_role(user_)); }

    /** active, invited, blocked, or one that a newer server adds. */
    std::string_view status() const noexcept { return detail::view(nbt_user_status(user_)); }

    /** Whether the credential in use belongs to this user. */
    bool is_current() const noexcept { return nbt_user_is_current(user_); }

    /** Whether it is a service user. */
    bool is_service_user() const noexcept { return nbt_user_is_service_user(user_); }

    /** Whether an administrator has blocked it. */
    bool is_blocked() const noexcept { return nbt_user_is_blocked(user_); }

    /** Whether it is waiting for an administrator's approval. */
    bool pending_approval() const noexcept { return nbt_user_pending_approval(user_); }

    /** When the user last logged in, if ever. */
    template <class D = TimePoint::duration>
    std::optional<std::chrono::time_point<std::chrono::system_clock, D>> last_login() const noexcept {
        detail::Instant at{};
        if (!nbt_user_last_login(user_, &at.seconds, &at.nanoseconds)) {
            return std::nullopt;
        }
        return detail::instant<D>(at.seconds, at.nanoseconds);
    }

    /** The user as JSON, in the API's own names. */
    std::string to_json() const { return std::string(detail::view(nbt_user_to_json(user_))); }

    /** The handle, for the C functions. */
    const nbt_user *get() const noexcept { return user_; }

    /** Whether both say the same; two views of nothing do. */
    friend bool operator==(const UserView &one, const UserView &other) noexcept {
        return nbt_user_equals(one.get(), other.get());
    }

    friend bool operator!=(const UserView &one, const UserView &other) noexcept { return !(one == other); }

private:
    const nbt_user *user_ = nullptr;
};

/** A user that owns its data: from current_user, or a copy of one of a list. */
class User : public UserView {
public:
    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit User(nbt_user *handle) noexcept : UserView(handle), handle_(handle) {}

    /**
     * A copy, for example to keep one of a list that goes away.
     *
     * @param view the user to copy
     */
    explicit User(const UserView &view) : User(nbt_user_clone(view.get())) {}

private:
    detail::Handle<nbt_user, nbt_user_free> handle_;
};

namespace detail {

/** The elements of a handle, as a range of views. It borrows the handle. */
template <class View, class T, auto Length, auto At>
class Elements {
public:
    /** Goes through the list in any order and gives views by value. */
    class const_iterator {
    public:
        using iterator_category = std::random_access_iterator_tag;
        using value_type = View;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = View;

        const_iterator() noexcept = default;
        const_iterator(const T *list, std::size_t index) noexcept : list_(list), index_(index) {}

        View operator*() const noexcept { return View(At(list_, index_)); }

        const_iterator &operator++() noexcept {
            ++index_;
            return *this;
        }

        const_iterator operator++(int) noexcept {
            const_iterator before = *this;
            ++index_;
            return before;
        }

        const_iterator &operator--() noexcept {
            --index_;
            return *this;
        }

        const_iterator operator--(int) noexcept {
            const_iterator before = *this;
            --index_;
            return before;
        }

        const_iterator &operator+=(difference_type by) noexcept {
            index_ += static_cast<std::size_t>(by);
            return *this;
        }

        const_iterator &operator-=(difference_type by) noexcept {
            index_ -= static_cast<std::size_t>(by);
            return *this;
        }

        View operator[](difference_type by) const noexcept { return *(*this + by); }

        friend const_iterator operator+(const_iterator from, difference_type by) noexcept { return from += by; }

        friend const_iterator operator+(difference_type by, const_iterator from) noexcept { return from += by; }

        friend const_iterator operator-(const_iterator from, difference_type by) noexcept { return from -= by; }

        friend difference_type operator-(const const_iterator &one, const const_iterator &other) noexcept {
            return static_cast<difference_type>(one.index_) - static_cast<difference_type>(other.index_);
        }

        friend bool operator==(const const_iterator &one, const const_iterator &other) noexcept {
            return one.index_ == other.index_;
        }

        friend bool operator!=(const const_iterator &one, const const_iterator &other) noexcept {
            return !(one == other);
        }

        friend bool operator<(const const_iterator &one, const const_iterator &other) noexcept {
            return one.index_ < other.index_;
        }

        friend bool operator>(const const_iterator &one, const const_iterator &other) noexcept { return other < one; }

        friend bool operator<=(const const_iterator &one, const const_iterator &other) noexcept { return !(other < one); }

        friend bool operator>=(const const_iterator &one, const const_iterator &other) noexcept { return !(one < other); }

    private:
        const T *list_ = nullptr;
        std::size_t index_ = 0;
    };

    using value_type = View;
    using size_type = std::size_t;
    using iterator = const_iterator;

    /**
     * The elements of a handle.
     *
     * @param handle is borrowed
     */
    explicit Elements(const T *handle) noexcept : handle_(handle) {}

    /** How many elements it has. */
    std::size_t size() const noexcept { return Length(handle_); }

    /** Whether it has none. */
    bool empty() const noexcept { return size() == 0; }

    /**
     * The element at an index.
     *
     * @param index must be below size()
     */
    View operator[](std::size_t index) const noexcept { return View(At(handle_, index)); }

    /**
     * The element at an index.
     *
     * @param index counts from 0
     * @throws std::out_of_range if there is none
     */
    View at(std::size_t index) const {
        if (index >= size()) {
            throw std::out_of_range("netbird_tokens: no such element");
        }
        return (*this)[index];
    }

    /** The first element. */
    const_iterator begin() const noexcept { return {handle_, 0}; }

    /** Behind the last element. */
    const_iterator end() const noexcept { return {handle_, size()}; }

    /** The handle, for the C functions. */
    const T *get() const noexcept { return handle_; }

private:
    const T *handle_;
};

/** A list that owns its elements. */
template <class View, class T, auto Length, auto At, auto Free>
class List : public Elements<View, T, Length, At> {
public:
    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit List(T *handle) noexcept : Elements<View, T, Length, At>(handle), handle_(handle) {}

private:
    Handle<T, Free> handle_;
};

}  // namespace detail

/** A list of tokens, in no particular order. */
using TokenList =
    detail::List<TokenView, nbt_token_list, nbt_token_list_len, nbt_token_list_at, nbt_token_list_free>;

/** A list of users. */
using UserList = detail::List<UserView, nbt_user_list, nbt_user_list_len, nbt_user_list_at, nbt_user_list_free>;

/** How the server treats a credential. A malformed one never gets that far: Credential refuses it. */
enum class CredentialState {
    /** It authenticates, and its user may use the API. */
    working = NBT_CREDENTIAL_STATE_WORKING,
    /** The server does not know this PAT: it was revoked, or belongs to another server. */
    unknown = NBT_CREDENTIAL_STATE_UNKNOWN,
    /**
     * The server refuses it: it has expired. For a JWT, and for a PAT on servers before 0.59.13, this says no more than that it is
     * not accepted.
     */
    refused = NBT_CREDENTIAL_STATE_REFUSED,
    /** It authenticates, but an administrator has blocked its user. */
    blocked = NBT_CREDENTIAL_STATE_BLOCKED,
    /** It authenticates, but its user is waiting for an administrator's approval. */
    pending_approval = NBT_CREDENTIAL_STATE_PENDING_APPROVAL,
    /** It authenticates, but the role of its user may not even request who it is. */
    forbidden = NBT_CREDENTIAL_STATE_FORBIDDEN,
};

/**
 * The stable name of a state.
 *
 * @param state any state
 * @return the name, for example "pending_approval"
 */
inline std::string_view name(CredentialState state) noexcept {
    return nbt_credential_state_name(static_cast<std::uint32_t>(state));
}

inline std::ostream &operator<<(std::ostream &out, CredentialState state) {
    return out << name(state);
}

/** What is known about a credential: from Client::check_credential. */
class [[nodiscard]] CredentialCheck {
public:
    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit CredentialCheck(nbt_credential_check *handle)
        : handle_(handle, detail::Deleter<nbt_credential_check_free>()) {}

    /** Whether it works, and why not. */
    CredentialState state() const noexcept {
        return static_cast<CredentialState>(nbt_credential_check_state(handle_.get()));
    }

    /** Whether it is a PAT or a JWT. */
    CredentialKind kind() const noexcept {
        return static_cast<CredentialKind>(nbt_credential_check_kind(handle_.get()));
    }

    /** The user that it belongs to. Known if it works. */
    std::optional<UserView> user() const noexcept {
        const nbt_user *user = nbt_credential_check_user(handle_.get());
        return user == nullptr ? std::nullopt : std::optional<UserView>(user);
    }

    /**
     * Which of the user's tokens it is. Absent for a JWT, for a role that may not list its own tokens, and where nothing proves
     * which one it is. Its time of last use is the check itself.
     */
    std::optional<TokenView> token() const noexcept {
        const nbt_token *token = nbt_credential_check_token(handle_.get());
        return token == nullptr ? std::nullopt : std::optional<TokenView>(token);
    }

    /** When it stops working: known for a PAT if token() is, and for a JWT if it says so. */
    template <class D = TimePoint::duration>
    std::optional<std::chrono::time_point<std::chrono::system_clock, D>> expires_at() const noexcept {
        detail::Instant at{};
        if (!nbt_credential_check_expires_at(handle_.get(), &at.seconds, &at.nanoseconds)) {
            return std::nullopt;
        }
        return detail::instant<D>(at.seconds, at.nanoseconds);
    }

    /** What the server said about one that does not work. */
    std::optional<Error> error() const {
        const nbt_error *error = nbt_credential_check_error(handle_.get());
        return error == nullptr ? std::nullopt : std::optional<Error>(std::in_place, error, handle_);
    }

    /** The result as JSON. It holds no secret. */
    std::string to_json() const { return std::string(detail::view(nbt_credential_check_to_json(handle_.get()))); }

    /** The handle, for the C functions. */
    const nbt_credential_check *get() const noexcept { return handle_.get(); }

private:
    // Shared with the errors that error() gives.
    std::shared_ptr<const nbt_credential_check> handle_;
};

/** How far a rotation has come. */
enum class RotationStage {
    /** The old token is known, and the successor has a name. It may have been created already. */
    planned = NBT_ROTATION_STAGE_PLANNED,
    /** The successor exists, and its secret was handed to the caller. */
    created = NBT_ROTATION_STAGE_CREATED,
    /** The caller has stored the secret. */
    stored = NBT_ROTATION_STAGE_STORED,
    /** The successor works, and the old token is revoked. */
    committed = NBT_ROTATION_STAGE_COMMITTED,
    /** The successor works, and the old token is kept on purpose. */
    kept = NBT_ROTATION_STAGE_KEPT,
    /** There is no successor, and the old token is as it was. */
    aborted = NBT_ROTATION_STAGE_ABORTED,
};

/**
 * The stable name of a stage.
 *
 * @param stage any stage
 * @return the name, for example "planned"
 */
inline std::string_view name(RotationStage stage) noexcept {
    return nbt_rotation_stage_name(static_cast<std::uint32_t>(stage));
}

inline std::ostream &operator<<(std::ostream &out, RotationStage stage) {
    return out << name(stage);
}

/**
 * All that is needed to finish a rotation in another process. It holds no secret. A value: it can be copied (copies share the
 * data, which never changes) and compared.
 */
class [[nodiscard]] RotationRecord {
public:
    /**
     * Takes a handle over.
     *
     * @param handle is freed with the last copy
     */
    explicit RotationRecord(nbt_rotation_record *handle)
        : handle_(handle, detail::Deleter<nbt_rotation_record_free>()) {}

    /**
     * Reads a record from the text of to_json().
     *
     * @param json the text
     * @return the record
     * @throws Error invalid_argument for a text that is not a record, or one of a later version; it repeats nothing of the text
     */
    static RotationRecord from_json(std::string_view json) {
        const detail::Text copy(json, "json");
        nbt_rotation_record *record = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_rotation_record_from_json(copy.get(), &record, &error), error);
        return RotationRecord(record);
    }

    /** As JSON, on one line, to be stored. */
    std::string to_json() const { return std::string(json()); }

    /** The server: its management URL. */
    std::string_view management_url() const noexcept {
        return detail::view(nbt_rotation_record_management_url(handle_.get()));
    }

    /** The id of the user who owns both tokens. */
    std::string_view user_id() const noexcept { return detail::view(nbt_rotation_record_user_id(handle_.get())); }

    /** The id of the token to be replaced. */
    std::string_view old_token_id() const noexcept {
        return detail::view(nbt_rotation_record_old_token_id(handle_.get()));
    }

    /** The name that the successor is created under, with its tag. */
    std::string_view token_name() const noexcept { return detail::view(nbt_rotation_record_token_name(handle_.get())); }

    /** Whether that name has a tag of this rotation. */
    bool is_tagged() const noexcept { return nbt_rotation_record_is_tagged(handle_.get()); }

    /** The id of the successor, once it is known. */
    std::optional<std::string_view> token_id() const noexcept {
        return detail::optional(nbt_rotation_record_token_id(handle_.get()));
    }

    /** Whether the old token is to be kept. */
    bool keep_old() const noexcept { return nbt_rotation_record_keep_old(handle_.get()); }

    /** How far the rotation has come. */
    RotationStage stage() const noexcept {
        return static_cast<RotationStage>(nbt_rotation_record_stage(handle_.get()));
    }

    /** The handle, for the C functions. */
    const nbt_rotation_record *get() const noexcept { return handle_.get(); }

    friend bool operator==(const RotationRecord &one, const RotationRecord &other) noexcept {
        return one.json() == other.json();
    }

    friend bool operator!=(const RotationRecord &one, const RotationRecord &other) noexcept { return !(one == other); }

private:
    std::string_view json() const noexcept { return detail::view(nbt_rotation_record_to_json(handle_.get())); }

    std::shared_ptr<const nbt_rotation_record> handle_;
};

/** Which token to rotate, and what its successor is like. */
struct RotateToken {
    /** The token's id; absent to find it by its name. */
    std::optional<std::string> token_id = std::nullopt;
    /** The token's name, if exactly one has it; the tag at its end does not count. */
    std::optional<std::string> name = std::nullopt;
    /** The successor's name. Absent: the old one, without its tag. */
    std::optional<std::string> new_name = std::nullopt;
    /** The successor's lifetime, 1 to 365 days. Absent: the old token's. */
    std::optional<std::int64_t> expires_in_days = std::nullopt;
    /**
     * Whether the successor's name gets a fresh tag. Without one, a rotation that ended between sending the create and learning
     * the successor's id cannot be resumed.
     */
    bool tag = true;
    /**
     * Whether the client goes on with the successor once that is proved to work; the successor then revokes the old token. Needed
     * to rotate the credential in use without losing access.
     */
    bool adopt = false;
    /** Whether nothing is created yet, so that the record can be stored first; Rotation::create() goes on. */
    bool prepare_only = false;

    /**
     * Rotates the token of an id.
     *
     * @param id the token's id
     */
    static RotateToken by_id(std::string_view id) {
        RotateToken rotate;
        rotate.token_id.emplace(id);
        return rotate;
    }

    /**
     * Rotates the one token of a name.
     *
     * @param name the name; the tag at its end does not count
     */
    static RotateToken by_name(std::string_view name) {
        RotateToken rotate;
        rotate.name.emplace(name);
        return rotate;
    }
};

/**
 * A rotation under way: the successor exists or is about to, and the old token still works. Store the secret, then commit(); or
 * abort(). One that is destroyed without either, also by an exception, leaves both tokens, and the log gets a warning that names
 * them.
 */
class [[nodiscard]] Rotation {
public:
    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit Rotation(nbt_rotation *handle) noexcept : handle_(handle) {}

    /** The token that is replaced, as it was when the rotation began. Valid as long as the rotation. */
    TokenView old_token() const noexcept { return TokenView(nbt_rotation_old_token(handle_.get())); }

    /** The successor, once it is created. Valid as long as the rotation. */
    std::optional<TokenView> token() const noexcept {
        const nbt_token *token = nbt_rotation_token(handle_.get());
        return token == nullptr ? std::nullopt : std::optional<TokenView>(token);
    }

    /** The successor's secret, once it is created. The server never shows it again. */
    std::optional<Secret> plain_token() const {
        const nbt_secret *secret = nbt_rotation_plain_token(handle_.get());
        return secret == nullptr ? std::nullopt : std::optional<Secret>(std::in_place, nbt_secret_expose(secret, nullptr));
    }

    /**
     * What another process needs to finish the rotation, as it is now. Store it after every step, and before create() if the
     * rotation was only prepared.
     */
    RotationRecord record() const { return RotationRecord(nbt_rotation_get_record(handle_.get())); }

    /**
     * Creates the successor of a rotation that was only prepared. Once it exists, this does nothing.
     *
     * @throws Error of any kind; unless it is outcome_unknown or cancelled, nothing was created, and it may be called again
     */
    void create() const {
        nbt_error *error = nullptr;
        detail::check(nbt_rotation_create(handle_.get(), &error), error);
    }

    /** Notes in the record that the secret is stored. commit() does it too. */
    void mark_stored() const noexcept { nbt_rotation_mark_stored(handle_.get()); }

    /**
     * Proves that the successor authenticates, and revokes the old token, unless it is to be kept. Calling it again goes on where
     * it failed.
     *
     * @param keep_old whether to keep the old token, for example until other machines have the new secret
     * @throws Error of any kind; invalid_argument before the successor exists and after an abort
     */
    void commit(bool keep_old = false) const {
        nbt_error *error = nullptr;
        detail::check(nbt_rotation_commit(handle_.get(), keep_old, &error), error);
    }

    /**
     * Revokes the successor, if there is one; the old token stays as it is.
     *
     * @throws Error of any kind; invalid_argument after a commit; conflict when the old token may be revoked already
     */
    void abort() const {
        nbt_error *error = nullptr;
        detail::check(nbt_rotation_abort(handle_.get(), &error), error);
    }

    /** The handle, for the C functions. */
    const nbt_rotation *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_rotation, nbt_rotation_free> handle_;
};

/** What an audit says about a token. In the order in which the first that applies becomes a token's state. */
enum class TokenState {
    /** The server refuses it. */
    expired = NBT_TOKEN_STATE_EXPIRED,
    /** It expires within AuditOptions::expiring_within. */
    expiring = NBT_TOKEN_STATE_EXPIRING,
    /** It was last used longer ago than AuditOptions::unused_for, or never used and created longer ago than that. */
    unused = NBT_TOKEN_STATE_UNUSED,
    /** It was never used, and not created that long ago. */
    never_used = NBT_TOKEN_STATE_NEVER_USED,
    /** None of the others. */
    healthy = NBT_TOKEN_STATE_HEALTHY,
};

/**
 * The stable name of a state.
 *
 * @param state any state
 * @return the name, for example "never_used"
 */
inline std::string_view name(TokenState state) noexcept {
    return nbt_token_state_name(static_cast<std::uint32_t>(state));
}

inline std::ostream &operator<<(std::ostream &out, TokenState state) {
    return out << name(state);
}

/** The options of an audit. */
struct AuditOptions {
    /** A token that expires within this time is expiring. */
    std::optional<std::chrono::milliseconds> expiring_within = std::nullopt;
    /** A token that was not used for longer than this is unused. */
    std::optional<std::chrono::milliseconds> unused_for = std::nullopt;
    /** Maximum number of requests at a time, 1 to 64. */
    std::optional<std::size_t> concurrency = std::nullopt;
    /** How long the whole audit may take. What is not finished by then is counted as not reached. */
    std::optional<std::chrono::milliseconds> time_limit = std::nullopt;
};

/** A token and what the audit says about it: valid as long as the user's result. */
class AuditedTokenView {
public:
    /**
     * A view of a token.
     *
     * @param audited is borrowed
     */
    explicit AuditedTokenView(const nbt_audited_token *audited) noexcept : audited_(audited) {}

    /** The token. */
    TokenView token() const noexcept { return TokenView(nbt_audited_token_token(audited_)); }

    /** The first of the states that applies. */
    TokenState state() const noexcept { return static_cast<TokenState>(nbt_audited_token_state(audited_)); }

    /** All states that apply, in order; empty for a healthy token. */
    std::vector<TokenState> findings() const {
        std::vector<TokenState> findings;
        const std::size_t count = nbt_audited_token_findings_len(audited_);
        findings.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            findings.push_back(static_cast<TokenState>(nbt_audited_token_findings_at(audited_, i)));
        }
        return findings;
    }

    /** The state in words, for people: "expires in 3 days". */
    std::string_view reason() const noexcept { return detail::view(nbt_audited_token_reason(audited_)); }

    /** The handle, for the C functions. */
    const nbt_audited_token *get() const noexcept { return audited_; }

private:
    const nbt_audited_token *audited_;
};

/** One user's tokens, audited. It can be copied; copies share the data, which never changes. */
class UserAudit {
public:
    /** Goes through the tokens and gives views by value. */
    using Tokens = detail::Elements<AuditedTokenView, nbt_user_audit, nbt_user_audit_tokens_len, nbt_user_audit_tokens_at>;

    /**
     * Takes a handle over.
     *
     * @param handle is freed with the last copy
     */
    explicit UserAudit(nbt_user_audit *handle) : handle_(handle, detail::Deleter<nbt_user_audit_free>()) {}

    /** The user. */
    UserView user() const noexcept { return UserView(nbt_user_audit_user(handle_.get())); }

    /** The user's tokens, in no particular order, valid as long as the result. Empty when there is an error. */
    Tokens tokens() const noexcept { return Tokens(handle_.get()); }

    /** Why the user's tokens could not be listed. */
    std::optional<Error> error() const {
        const nbt_error *error = nbt_user_audit_error(handle_.get());
        return error == nullptr ? std::nullopt : std::optional<Error>(std::in_place, error, handle_);
    }

    /** The instant at which the states hold: the server's clock, or this machine's if the answer has no date. */
    template <class D = TimePoint::duration>
    std::chrono::time_point<std::chrono::system_clock, D> as_of() const noexcept {
        detail::Instant at{};
        nbt_user_audit_as_of(handle_.get(), &at.seconds, &at.nanoseconds);
        return detail::instant<D>(at.seconds, at.nanoseconds);
    }

    /** The result as JSON. */
    std::string to_json() const { return std::string(detail::view(nbt_user_audit_to_json(handle_.get()))); }

    /** The handle, for the C functions. */
    const nbt_user_audit *get() const noexcept { return handle_.get(); }

private:
    // Shared with the errors that error() gives.
    std::shared_ptr<const nbt_user_audit> handle_;
};

/** An audit in numbers. */
using AuditSummary = nbt_audit_summary;

/**
 * An audit that goes on: a range that is gone through once, with one result per user, as it arrives. It runs in the background a
 * little ahead of who takes the results. Destroying it ends it.
 */
class [[nodiscard]] Audit {
public:
    /** Takes one result after the other. Going on may throw what next() throws. */
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = UserAudit;
        using difference_type = std::ptrdiff_t;
        using pointer = const UserAudit *;
        using reference = const UserAudit &;

        iterator() noexcept = default;
        explicit iterator(const Audit *audit) : audit_(audit), current_(audit->next()) {}

        const UserAudit &operator*() const noexcept { return *current_; }
        const UserAudit *operator->() const noexcept { return &*current_; }

        iterator &operator++() {
            current_ = audit_->next();
            return *this;
        }

        void operator++(int) { ++*this; }

        friend bool operator==(const iterator &one, const iterator &other) noexcept {
            return one.current_.has_value() == other.current_.has_value();
        }

        friend bool operator!=(const iterator &one, const iterator &other) noexcept { return !(one == other); }

    private:
        const Audit *audit_ = nullptr;
        std::optional<UserAudit> current_;
    };

    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit Audit(nbt_audit *handle) noexcept : handle_(handle) {}

    /**
     * Waits for the next user's result.
     *
     * @return the result; nothing at the end
     * @throws Error cancelled if the wait was interrupted; the audit goes on, and the next call takes the next result
     */
    std::optional<UserAudit> next() const {
        nbt_user_audit *audited = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_audit_next(handle_.get(), &audited, &error), error);
        return audited == nullptr ? std::nullopt : std::optional<UserAudit>(audited);
    }

    /** The next result, and those after it. */
    iterator begin() const { return iterator(this); }

    /** The end of the audit. */
    iterator end() const noexcept { return {}; }

    /** How many users' tokens are requested, and so how many results there will be unless the audit ends early. */
    std::size_t user_count() const noexcept { return nbt_audit_user_count(handle_.get()); }

    /** The numbers of the results taken so far; complete after the last. */
    AuditSummary summary() const noexcept {
        AuditSummary summary{};
        nbt_audit_get_summary(handle_.get(), &summary);
        return summary;
    }

    /** The handle, for the C functions. */
    const nbt_audit *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_audit, nbt_audit_free> handle_;
};

class ClientBuilder;

/**
 * A client of one NetBird server. Any number of threads may use one at once. Calls block, for no longer than the timeout. A user
 * id that is not given means the user that the credential belongs to. Every call may throw Error of any kind.
 *
 * An interrupted create is finished in the background: if the server made a token, it is revoked, because nobody holds its secret.
 * close() waits for that, and so does a normal exit of the process; the destructor does not.
 */
class Client {
public:
    /** A builder with every option at its default. */
    [[nodiscard]] static ClientBuilder builder();

    /** A client with the credential and the management URL from the environment; see ClientBuilder::from_env. */
    [[nodiscard]] static Client from_env() {
        nbt_client *client = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_from_env(&client, &error), error);
        return Client(client);
    }

    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit Client(nbt_client *handle) noexcept : handle_(handle) {}

    /** The management URL in use, without /api and without a trailing slash. */
    std::string_view management_url() const noexcept { return detail::view(nbt_client_management_url(handle_.get())); }

    /**
     * Uses another credential from the next call on, in every handle of the client. Calls in progress keep the old one.
     *
     * @param credential is copied
     */
    void set_credential(const Credential &credential) const {
        nbt_error *error = nullptr;
        detail::check(nbt_client_set_credential(handle_.get(), credential.get(), &error), error);
    }

    /**
     * Another handle of the same client, whose calls may take this long, retries included.
     *
     * @param timeout more than 0, at most a day
     * @return the handle
     */
    template <class Rep, class Period>
    [[nodiscard]] Client with_timeout(std::chrono::duration<Rep, Period> timeout) const {
        nbt_client *client = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_with_timeout_ms(handle_.get(), detail::milliseconds(timeout, "timeout"), &client,
                                                 &error),
                      error);
        return Client(client);
    }

    /**
     * Another handle of the same client, whose calls end with ErrorKind::cancelled once the token is cancelled.
     *
     * @param cancel may be used for any number of clients
     * @return the handle
     */
    [[nodiscard]] Client with_cancel(const CancelToken &cancel) const {
        nbt_client *client = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_with_cancel(handle_.get(), cancel.get(), &client, &error), error);
        return Client(client);
    }

    /**
     * Waits until the interrupted creates of this client, in all its handles, are finished: at most 5 seconds. What could not be
     * cleaned up was reported to the log callback. The client can still be used.
     *
     * @return whether all are finished
     */
    [[nodiscard]] bool close() const {
        bool finished = false;
        nbt_error *error = nullptr;
        detail::check(nbt_client_close(handle_.get(), &finished, &error), error);
        return finished;
    }

    /**
     * Lists all tokens of a user, in no particular order.
     *
     * @param user_id the owner of the tokens
     * @return the tokens; empty for a user without any
     */
    TokenList list_tokens(std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::OptionalText user(user_id, "user_id");
        nbt_token_list *list = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_list_tokens(handle_.get(), user.get(), &list, &error), error);
        return TokenList(list);
    }

    /**
     * Gets one token of a user.
     *
     * @param token_id the token's id
     * @param user_id the owner of the token
     * @return the token
     */
    Token get_token(std::string_view token_id, std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::Text id(token_id, "token_id");
        const detail::OptionalText user(user_id, "user_id");
        nbt_token *token = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_get_token(handle_.get(), id.get(), user.get(), &token, &error), error);
        return Token(token);
    }

    /**
     * Creates a token for a user. It is never sent twice unless the first was certainly not acted on. If its answer is lost,
     * finding out what it did may take 15 seconds beyond the call's own time.
     *
     * @param new_token its name, lifetime and whether it gets a tag
     * @param user_id the owner of the new token
     * @return the token and its secret, which the server never shows again
     * @throws Error of any kind; outcome_unknown if the answer was lost
     */
    [[nodiscard]] CreatedToken create_token(const NewToken &new_token,
                                            std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::Text name(new_token.name, "name");
        const detail::OptionalText user(user_id, "user_id");
        const std::uint32_t flags = new_token.tag ? NBT_CREATE_TAG : NBT_CREATE_PLAIN;
        nbt_token *token = nullptr;
        nbt_secret *secret = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_create_token(handle_.get(), name.get(), new_token.expires_in_days, flags, user.get(),
                                              &token, &secret, &error),
                      error);
        return CreatedToken{Token(token), Secret(secret)};
    }

    /**
     * Creates a token without a tag; see the other create_token.
     *
     * @param name need not be unique; must not be empty
     * @param expires_in_days the lifetime, 1 to 365 days
     * @param user_id the owner of the new token
     * @return the token and its secret, which the server never shows again
     */
    [[nodiscard]] CreatedToken create_token(std::string_view name, std::int64_t expires_in_days = default_expires_in_days,
                                            std::optional<std::string_view> user_id = std::nullopt) const {
        return create_token(NewToken{std::string(name), expires_in_days}, user_id);
    }

    /**
     * Deletes (revokes) a token of a user. Success means that the server said so, or that it no longer knows the token after an
     * attempt whose answer was lost.
     *
     * @param token_id the token's id
     * @param user_id the owner of the token
     */
    void delete_token(std::string_view token_id, std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::Text id(token_id, "token_id");
        const detail::OptionalText user(user_id, "user_id");
        nbt_error *error = nullptr;
        detail::check(nbt_client_delete_token(handle_.get(), id.get(), user.get(), &error), error);
    }

    /** Gets the user that the credential belongs to. Always asks the server. */
    User current_user() const {
        nbt_user *user = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_current_user(handle_.get(), &user, &error), error);
        return User(user);
    }

    /** Lists the users that the credential may see: all, or only its own. */
    UserList list_users() const {
        nbt_user_list *list = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_list_users(handle_.get(), &list, &error), error);
        return UserList(list);
    }

    /**
     * Checks whether the credential works, and what is known about it. One that does not work is not thrown: the check says how
     * the server refuses it.
     *
     * @return the check
     * @throws Error what kept the question from being answered: the network, the server's own failure, the time
     */
    [[nodiscard]] CredentialCheck check_credential() const {
        nbt_credential_check *check = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_check_credential(handle_.get(), &check, &error), error);
        return CredentialCheck(check);
    }

    /**
     * Begins to rotate a token: finds it and creates its successor. The old token still works. Store the secret of
     * Rotation::plain_token(), then call Rotation::commit(); if it cannot be stored, call Rotation::abort().
     *
     * @param rotate which token, and what its successor is like
     * @param user_id the owner of the token
     * @return the rotation
     * @throws Error of any kind; conflict if several tokens have the name, with their ids. Unless it is outcome_unknown, nothing
     * has changed
     */
    [[nodiscard]] Rotation rotate_token(const RotateToken &rotate,
                                        std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::OptionalText id(rotate.token_id, "token_id");
        const detail::OptionalText name(rotate.name, "name");
        const detail::OptionalText new_name(rotate.new_name, "new_name");
        const detail::OptionalText user(user_id, "user_id");
        const std::uint32_t flags = (rotate.tag ? 0U : static_cast<std::uint32_t>(NBT_ROTATE_NO_TAG)) |
                                    (rotate.adopt ? static_cast<std::uint32_t>(NBT_ROTATE_ADOPT) : 0U) |
                                    (rotate.prepare_only ? static_cast<std::uint32_t>(NBT_ROTATE_PREPARE_ONLY) : 0U);
        nbt_rotation *rotation = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_rotate_token(handle_.get(), id.get(), name.get(), new_name.get(),
                                              rotate.expires_in_days.value_or(NBT_SAME_LIFETIME), flags, user.get(),
                                              &rotation, &error),
                      error);
        return Rotation(rotation);
    }

    /**
     * Begins to rotate a token; its successor has the same name and lifetime. See the other rotate_token.
     *
     * @param token_id the token's id
     * @param user_id the owner of the token
     * @return the rotation
     */
    [[nodiscard]] Rotation rotate_token(std::string_view token_id,
                                        std::optional<std::string_view> user_id = std::nullopt) const {
        return rotate_token(RotateToken::by_id(token_id), user_id);
    }

    /**
     * Finishes a rotation that another process began, by its record. If the caller holds the successor's secret (the record says
     * stored, or plain_token is that secret), the old token is revoked, or kept if the record says so; if not, the successor is
     * revoked.
     *
     * @param record of a rotation on the same server
     * @return the record as it is then
     * @throws Error of any kind; conflict when one of the two tokens is gone, so that finishing would leave none that works
     */
    RotationRecord resume_rotation(const RotationRecord &record) const { return resume(record, nullptr); }

    /**
     * As the other resume_rotation, for a caller that finds that it holds the secret.
     *
     * @param record of a rotation on the same server
     * @param plain_token the secret
     * @return the record as it is then
     */
    RotationRecord resume_rotation(const RotationRecord &record, const Secret &plain_token) const {
        return resume(record, plain_token.get());
    }

    /**
     * Audits the tokens of all users that the credential may see: its own user and every service user. Lists the users; the audit
     * then gives one result per user, as it arrives.
     *
     * @param options what is absent keeps its default
     * @return the audit
     * @throws Error what keeps the users from being listed; invalid_argument for an option that is out of range
     */
    [[nodiscard]] Audit audit_tokens(const AuditOptions &options = {}) const {
        const detail::Handle<nbt_audit_options, nbt_audit_options_free> own(nbt_audit_options_new());
        if (options.expiring_within) {
            nbt_audit_options_set_expiring_within_ms(
                own.get(), detail::milliseconds(*options.expiring_within, "expiring_within"));
        }
        if (options.unused_for) {
            nbt_audit_options_set_unused_for_ms(own.get(), detail::milliseconds(*options.unused_for, "unused_for"));
        }
        if (options.concurrency) {
            nbt_audit_options_set_concurrency(own.get(), *options.concurrency);
        }
        if (options.time_limit) {
            nbt_audit_options_set_time_limit_ms(own.get(), detail::milliseconds(*options.time_limit, "time_limit"));
        }
        nbt_audit *audit = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_audit_tokens(handle_.get(), own.get(), &audit, &error), error);
        return Audit(audit);
    }

    /** The handle, for the C functions. */
    const nbt_client *get() const noexcept { return handle_.get(); }

private:
    RotationRecord resume(const RotationRecord &record, const nbt_secret *plain_token) const {
        nbt_rotation_record *finished = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_resume_rotation(handle_.get(), record.get(), plain_token, &finished, &error), error);
        return RotationRecord(finished);
    }

    detail::Handle<nbt_client, nbt_client_free> handle_;
};

/**
 * The options of a login. What is not set keeps its default, which fits a self-hosted server with the embedded identity provider.
 * Setters return the options, so that they can be chained; what is wrong with one is thrown by start_login().
 */
class LoginOptions {
public:
    /** Options with every one at its default. */
    LoginOptions() : handle_(nbt_login_options_new()) {}

    /**
     * Sets the identity provider. Default: the management URL and /oauth2, where the embedded one is.
     *
     * @param url the one below which its /.well-known/openid-configuration is
     */
    LoginOptions &issuer(std::string_view url) {
        nbt_login_options_set_issuer(handle_.get(), detail::Text(url, "issuer").get());
        return *this;
    }

    /**
     * Sets the client that the identity provider knows this program as. Default: netbird-cli, which the embedded one has.
     *
     * @param id of a public client that may use the device flow
     */
    LoginOptions &client_id(std::string_view id) {
        nbt_login_options_set_client_id(handle_.get(), detail::Text(id, "client_id").get());
        return *this;
    }

    /**
     * Sets the audience to ask for, where the identity provider needs one. Default: none is sent.
     *
     * @param audience as the identity provider names it
     */
    LoginOptions &audience(std::string_view audience) {
        nbt_login_options_set_audience(handle_.get(), detail::Text(audience, "audience").get());
        return *this;
    }

    /**
     * Sets what to ask for. Without openid the login fails; without offline_access the session cannot be refreshed. Default: openid
     * profile email offline_access.
     *
     * @param scope separated by spaces
     */
    LoginOptions &scope(std::string_view scope) {
        nbt_login_options_set_scope(handle_.get(), detail::Text(scope, "scope").get());
        return *this;
    }

    /**
     * Sets one host besides the issuer's on which the identity provider may have endpoints. Default: none.
     *
     * @param host without a scheme and a port
     */
    LoginOptions &endpoint_host(std::string_view host) {
        nbt_login_options_set_endpoint_host(handle_.get(), detail::Text(host, "endpoint_host").get());
        return *this;
    }

    /**
     * Sets what ends start_login(), and the polls and waits of the login.
     *
     * @param cancel may be used for any number of logins and clients
     */
    LoginOptions &cancel(const CancelToken &cancel) {
        nbt_login_options_set_cancel(handle_.get(), cancel.get());
        return *this;
    }

    /** The handle, for the C functions. */
    const nbt_login_options *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_login_options, nbt_login_options_free> handle_;
};

/**
 * What a login gives: tokens of the person who approved it. ClientBuilder::credential and Client::set_credential take its
 * credential().
 *
 * A client with that credential refreshes the session: a call in the last tenth of a token's life (at most 5 minutes, at least 30
 * seconds before its expiry) starts one refresh for all threads and clients, in the background, and no call waits for it. A refresh
 * that fails changes nothing: the token is used until it expires, and then calls throw unauthorized, whose message says to log in
 * again. What becomes of a refresh is reported to the log of the builder that the login was begun with.
 */
class [[nodiscard]] LoginSession {
public:
    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit LoginSession(nbt_login_session *handle) noexcept : handle_(handle) {}

    /**
     * Takes up a session that export_text() gave, perhaps in another process. Nothing is sent.
     *
     * @param text the exported text, of which no copy is kept
     * @param builder has the options, as for start_login(); the management URL may be left out. Its options are used up
     * @return the session
     * @throws Error invalid_argument for a text that is not an exported session and for one of another server
     */
    static LoginSession restore(std::string_view text, ClientBuilder &builder);

    /** As above, with every option at its default. */
    static LoginSession restore(std::string_view text);

    /** A bearer credential that follows the session's refreshes. It outlives this object. */
    [[nodiscard]] Credential credential() const { return Credential(nbt_login_session_get_credential(handle_.get())); }

    /** The server whose API it is for, without /api and without a trailing slash. */
    std::string_view management_url() const noexcept { return detail::view(nbt_login_session_management_url(handle_.get())); }

    /** The identity provider that it came from, without a trailing slash. */
    std::string_view issuer() const noexcept { return detail::view(nbt_login_session_issuer(handle_.get())); }

    /** When the token that the session has now expires, by this machine's clock. */
    template <class D = TimePoint::duration>
    std::chrono::time_point<std::chrono::system_clock, D> expires_at() const noexcept {
        detail::Instant at{};
        nbt_login_session_expires_at(handle_.get(), &at.seconds, &at.nanoseconds);
        return detail::instant<D>(at.seconds, at.nanoseconds);
    }

    /** Whether the token is close to its expiry and can be refreshed. */
    bool needs_refresh() const noexcept { return nbt_login_session_needs_refresh(handle_.get()); }

    /**
     * Refreshes now, or waits for the refresh that is under way: no longer than the timeout of the builder, and at most 30 seconds.
     * Whatever happens, the session keeps a token.
     *
     * @throws Error unauthorized when the identity provider has ended the session; invalid_argument when it has no refresh token;
     * cancelled, after which the refresh goes on
     */
    void refresh() const {
        nbt_error *error = nullptr;
        detail::check(nbt_login_session_refresh(handle_.get(), &error), error);
    }

    /** From now on calls start no refresh: only refresh() does. For a program that ends soon. */
    void refresh_on_request() const noexcept { nbt_login_session_refresh_on_request(handle_.get()); }

    /**
     * The session as it is now, as JSON text for restore(): in other languages export, which is a keyword here. Whoever has it can
     * act as the person: keep it in the system's keyring, or in a file that only its owner can read. Export it again after a refresh.
     */
    Secret export_text() const { return Secret(nbt_login_session_export(handle_.get())); }

    /**
     * Another object of the same session, whose refresh() throws cancelled once the token is cancelled.
     *
     * @param cancel may be used for any number of sessions and clients
     * @return the object
     */
    LoginSession with_cancel(const CancelToken &cancel) const {
        nbt_login_session *session = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_login_session_with_cancel(handle_.get(), cancel.get(), &session, &error), error);
        return LoginSession(session);
    }

    /** The handle, for the C functions. */
    const nbt_login_session *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_login_session, nbt_login_session_free> handle_;
};

/** A login that waits for a person's approval. One that is destroyed leaves a code that expires unused. */
class [[nodiscard]] DeviceLogin {
public:
    /**
     * Takes a handle over.
     *
     * @param handle is freed by the object
     */
    explicit DeviceLogin(nbt_device_login *handle) noexcept : handle_(handle) {}

    /** The page that the person opens, in any browser, on any machine. It is safe to print and to open. */
    std::string_view verification_uri() const noexcept { return detail::view(nbt_device_login_verification_uri(handle_.get())); }

    /** The same page with the code filled in, for a link or a QR code, if the identity provider gives one. */
    std::optional<std::string_view> verification_uri_complete() const noexcept {
        return detail::optional(nbt_device_login_verification_uri_complete(handle_.get()));
    }

    /** The code that the person types on the page, or compares. Whoever enters it logs this program in as themselves. */
    std::string_view user_code() const noexcept { return detail::view(nbt_device_login_user_code(handle_.get())); }

    /** Until when the person can approve, by this machine's clock. */
    template <class D = TimePoint::duration>
    std::chrono::time_point<std::chrono::system_clock, D> expires_at() const noexcept {
        detail::Instant at{};
        nbt_device_login_expires_at(handle_.get(), &at.seconds, &at.nanoseconds);
        return detail::instant<D>(at.seconds, at.nanoseconds);
    }

    /** How often the server may be asked: 5 s, unless it said otherwise. It grows when the server asks for that. */
    std::chrono::milliseconds interval() const noexcept {
        return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(nbt_device_login_interval_ms(handle_.get())));
    }

    /**
     * Asks the server whether the person has decided, if the interval has passed since the last time; otherwise nothing is sent. For
     * programs with a loop of their own.
     *
     * @return the session; nothing while nothing was decided
     * @throws Error forbidden when the login was denied; timeout when nobody approved it in time; rejected when the identity provider
     * refuses it for another reason; unexpected_response for an answer that cannot be used; cancelled
     */
    [[nodiscard]] std::optional<LoginSession> poll() const {
        nbt_login_session *session = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_device_login_poll(handle_.get(), &session, &error), error);
        return session == nullptr ? std::nullopt : std::optional<LoginSession>(session);
    }

    /**
     * Polls until the person has decided or the code has expired, whatever the timeout of the builder, which limits each request. If
     * it is cancelled, the login can be waited for again, and a session that came at that moment is not lost.
     *
     * @return the session
     * @throws Error as poll() does
     */
    LoginSession wait() const {
        nbt_login_session *session = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_device_login_wait(handle_.get(), &session, &error), error);
        return LoginSession(session);
    }

    /**
     * Another object of the same login, whose polls and waits throw cancelled once the token is cancelled.
     *
     * @param cancel may be used for any number of logins and clients
     * @return the object
     */
    DeviceLogin with_cancel(const CancelToken &cancel) const {
        nbt_device_login *login = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_device_login_with_cancel(handle_.get(), cancel.get(), &login, &error), error);
        return DeviceLogin(login);
    }

    /** The handle, for the C functions. */
    const nbt_device_login *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_device_login, nbt_device_login_free> handle_;
};

/** What to do about a create whose answer was lost. */
enum class OnUnknown : std::uint32_t {
    /** Throw outcome_unknown, which says what to look for. */
    report = NBT_ON_UNKNOWN_REPORT,
    /**
     * Find the token by its tagged name, revoke it and create another one. Needs NewToken::tag, because without a tag nothing
     * proves which token the call made. Throws outcome_unknown if the token is not found.
     */
    revoke_and_retry = NBT_ON_UNKNOWN_REVOKE_AND_RETRY,
};

/** How much a message matters. */
enum class LogLevel {
    debug = NBT_LOG_DEBUG,
    warning = NBT_LOG_WARNING,
};

/**
 * Builds a client. What is not set keeps its default. Setters return the builder, so that they can be chained; what is wrong with
 * an option is thrown by build().
 */
class ClientBuilder {
public:
    /** A builder with every option at its default. */
    ClientBuilder() : handle_(nbt_client_builder_new()) {}

    /**
     * Sets where the server is. Default: https://api.netbird.io. http:// is accepted for this machine only, unless
     * allow_insecure_http().
     *
     * @param url with or without a trailing / and /api
     */
    ClientBuilder &management_url(std::string_view url) {
        nbt_client_builder_set_management_url(handle_.get(), detail::Text(url, "management_url").get());
        return *this;
    }

    /**
     * Sets how to authenticate.
     *
     * @param credential is copied
     */
    ClientBuilder &credential(const Credential &credential) {
        nbt_client_builder_set_credential(handle_.get(), credential.get());
        return *this;
    }

    /**
     * Sets the path of a file that holds the credential, in place of credential(). The file is followed: when the server refuses
     * the credential and the file holds another one by then, the client goes on with that one, and the call is repeated once.
     *
     * @param path of a regular file; symbolic links to one are followed
     */
    ClientBuilder &token_file(std::string_view path) {
        nbt_client_builder_set_token_file(handle_.get(), detail::Text(path, "token_file").get());
        return *this;
    }

    /**
     * Takes what is not set explicitly from the environment: the credential from NB_PAT, then NETBIRD_API_TOKEN, NETBIRD_TOKEN,
     * NB_API_KEY; the URL from NB_MANAGEMENT_URL, then NETBIRD_API_URL. Two that disagree are an error that names both.
     */
    ClientBuilder &from_env() {
        nbt_client_builder_from_env(handle_.get());
        return *this;
    }

    /**
     * Sets how long making a connection may take. Default: 10 s.
     *
     * @param timeout more than 0, at most a day
     */
    template <class Rep, class Period>
    ClientBuilder &connect_timeout(std::chrono::duration<Rep, Period> timeout) {
        nbt_client_builder_set_connect_timeout_ms(handle_.get(), detail::milliseconds(timeout, "connect_timeout"));
        return *this;
    }

    /**
     * Sets how long the server may be silent. Default: 30 s.
     *
     * @param timeout more than 0, at most a day
     */
    template <class Rep, class Period>
    ClientBuilder &read_timeout(std::chrono::duration<Rep, Period> timeout) {
        nbt_client_builder_set_read_timeout_ms(handle_.get(), detail::milliseconds(timeout, "read_timeout"));
        return *this;
    }

    /**
     * Sets how long a whole call may take, retries and waits included. Default: 60 s.
     *
     * @param timeout more than 0, at most a day
     */
    template <class Rep, class Period>
    ClientBuilder &timeout(std::chrono::duration<Rep, Period> timeout) {
        nbt_client_builder_set_timeout_ms(handle_.get(), detail::milliseconds(timeout, "timeout"));
        return *this;
    }

    /**
     * Sets the maximum number of retries of one request. Default: 2.
     *
     * @param retries 0 for none
     */
    ClientBuilder &max_retries(std::uint32_t retries) {
        nbt_client_builder_set_max_retries(handle_.get(), retries);
        return *this;
    }

    /**
     * Sets the base of the exponential backoff (full jitter): each wait is a random share of a ceiling that starts here and
     * doubles. Default: 0.5 s.
     *
     * @param delay at most a day
     */
    template <class Rep, class Period>
    ClientBuilder &retry_base_delay(std::chrono::duration<Rep, Period> delay) {
        nbt_client_builder_set_retry_base_delay_ms(handle_.get(), detail::milliseconds(delay, "retry_base_delay"));
        return *this;
    }

    /**
     * Sets the maximum backoff, unless the server asks for more. Default: 8 s.
     *
     * @param delay at most a day
     */
    template <class Rep, class Period>
    ClientBuilder &retry_max_delay(std::chrono::duration<Rep, Period> delay) {
        nbt_client_builder_set_retry_max_delay_ms(handle_.get(), detail::milliseconds(delay, "retry_max_delay"));
        return *this;
    }

    /**
     * Sets the largest body that is read. Default: 64 MiB.
     *
     * @param bytes more than 0
     */
    ClientBuilder &max_response_bytes(std::size_t bytes) {
        nbt_client_builder_set_max_response_bytes(handle_.get(), bytes);
        return *this;
    }

    /**
     * Allows http:// to other machines and http:// through a proxy. Both send the credential in clear text. Default: not
     * allowed.
     *
     * @param allow whether to allow it
     */
    ClientBuilder &allow_insecure_http(bool allow = true) {
        nbt_client_builder_set_allow_insecure_http(handle_.get(), allow);
        return *this;
    }

    /**
     * Trusts these certificates (PEM, one or more) in addition to the platform's.
     *
     * @param pem the certificates themselves, not the name of a file
     */
    ClientBuilder &ca_pem(std::string_view pem) {
        nbt_client_builder_set_ca_pem(handle_.get(), detail::Text(pem, "ca_pem").get());
        return *this;
    }

    /**
     * Sends everything through this proxy, whatever the environment says.
     *
     * @param url http://host:port
     */
    ClientBuilder &proxy(std::string_view url) {
        nbt_client_builder_set_proxy(handle_.get(), detail::Text(url, "proxy").get());
        return *this;
    }

    /**
     * Sets whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY apply. Default: they do.
     *
     * @param from_env whether they apply
     */
    ClientBuilder &proxy_from_env(bool from_env) {
        nbt_client_builder_set_proxy_from_env(handle_.get(), from_env);
        return *this;
    }

    /**
     * Sets a prefix for the User-Agent.
     *
     * @param program for example backup/1.2
     */
    ClientBuilder &user_agent(std::string_view program) {
        nbt_client_builder_set_user_agent(handle_.get(), detail::Text(program, "user_agent").get());
        return *this;
    }

    /**
     * Sets what to do about a create whose answer was lost. Default: report it.
     *
     * @param on_unknown see OnUnknown
     */
    ClientBuilder &on_unknown(OnUnknown on_unknown) {
        nbt_client_builder_set_on_unknown(handle_.get(), static_cast<std::uint32_t>(on_unknown));
        return *this;
    }

    /**
     * Sets a function that is called for every request, retry and reconciliation, on the thread that makes the call: several
     * threads may call it at the same time. What becomes of an interrupted create is reported on a background thread of the
     * library, maybe after the client was destroyed: call Client::close() before you destroy what the function uses.
     *
     * @param callback must not call the client; what it throws is dropped
     */
    ClientBuilder &log(std::function<void(LogLevel, std::string_view)> callback) {
        using Callback = std::function<void(LogLevel, std::string_view)>;
        auto owned = std::make_unique<Callback>(std::move(callback));
        nbt_client_builder_set_log(
            handle_.get(),
            [](void *user_data, nbt_log_level level, const char *message) noexcept {
                try {
                    (*static_cast<const Callback *>(user_data))(static_cast<LogLevel>(level), message);
                } catch (...) {  // NOLINT: an exception must not unwind into the library
                }
            },
            owned.release(), [](void *user_data) noexcept { delete static_cast<Callback *>(user_data); });
        return *this;
    }

    /**
     * Makes the client. Nothing is sent yet, and no thread is started. The options are used up: a second client needs another
     * builder.
     *
     * @return the client
     */
    [[nodiscard]] Client build() {
        nbt_client *client = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_builder_build(handle_.get(), &client, &error), error);
        return Client(client);
    }

    /** The handle, for the C functions. */
    nbt_client_builder *get() noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_client_builder, nbt_client_builder_free> handle_;
};

inline ClientBuilder Client::builder() {
    return ClientBuilder();
}

inline LoginSession LoginSession::restore(std::string_view text, ClientBuilder &builder) {
    const detail::Text copy(text, "text");
    nbt_login_session *session = nullptr;
    nbt_error *error = nullptr;
    detail::check(nbt_login_session_restore(copy.get(), builder.get(), &session, &error), error);
    return LoginSession(session);
}

inline LoginSession LoginSession::restore(std::string_view text) {
    ClientBuilder builder;
    return restore(text, builder);
}

/**
 * Begins to log a person in by the OAuth2 device flow (RFC 8628). Show the person the address and the code of the login, and then call
 * its wait().
 *
 *     auto login = netbird_tokens::start_login(netbird_tokens::Client::builder().management_url("https://netbird.example.com"));
 *
 * @param builder has the management URL and the options about time limits, retries, TLS, proxies and the log. Its options are used up. A
 * credential, a token file and on_unknown() do not apply and are refused
 * @param options of the login; a server with the embedded identity provider needs none
 * @return the login
 * @throws Error invalid_argument, unexpected_response, rejected or configuration, or another one that a request can fail with
 */
inline DeviceLogin start_login(ClientBuilder &builder, const LoginOptions &options = LoginOptions()) {
    nbt_device_login *login = nullptr;
    nbt_error *error = nullptr;
    detail::check(nbt_start_login(builder.get(), options.get(), &login, &error), error);
    return DeviceLogin(login);
}

/** The version of the library that is loaded, for example "0.1.0". */
inline std::string_view version() noexcept {
    return nbt_version();
}

}  // namespace netbird_tokens

#endif  // NETBIRD_TOKENS_HPP
