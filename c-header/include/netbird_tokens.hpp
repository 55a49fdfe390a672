/*
 * netbird-tokens for C++17: netbird_tokens.h with ownership, exceptions, std::chrono and ranges. Header only.
 *
 *     netbird_tokens::Client client = netbird_tokens::Client::from_env();
 *     netbird_tokens::CreatedToken created = client.create_token("ci", 30);
 *     store(created.plain_token.expose());
 *
 * Handles can be moved and not copied. After a move, and only then, an object is empty: all that may be done with it is to
 * destroy it or to assign to it. Functions that can fail throw Error. Texts are UTF-8; what a std::string_view shows belongs to
 * the object it was asked of. Objects may be used by any number of threads at once, except for ClientBuilder.
 */
#ifndef NETBIRD_TOKENS_HPP
#define NETBIRD_TOKENS_HPP

#include <netbird_tokens.h>

#include <chrono>
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

/** The stable name of a kind, as `outcome_unknown`. */
inline std::string_view name(ErrorKind kind) noexcept {
    return nbt_result_name(static_cast<std::uint32_t>(kind));
}

inline std::ostream &operator<<(std::ostream &out, ErrorKind kind) {
    return out << name(kind);
}

/** An instant. One that lies outside of what nanoseconds in 64 bits can tell (the years 1677 to 2262) is the nearest that does. */
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

/** The instant in the clock's unit D, cut; the nearest one where D cannot tell it. */
template <class D>
std::chrono::time_point<std::chrono::system_clock, D> instant(std::int64_t seconds, std::uint32_t nanoseconds) noexcept {
    using std::chrono::duration_cast;
    using Point = std::chrono::time_point<std::chrono::system_clock, D>;
    using Seconds = std::chrono::duration<std::int64_t>;
    if constexpr (std::ratio_less_v<typename D::period, std::ratio<1>>) {
        // One second less than could be told, so that the nanoseconds have room.
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
    // Towards zero first: rounding the earliest instant down would leave what D can tell.
    Seconds seconds = std::chrono::duration_cast<Seconds>(time.time_since_epoch());
    auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch() - seconds);
    if (rest.count() < 0) {
        seconds -= Seconds(1);
        rest += Seconds(1);
    }
    return {seconds.count(), static_cast<std::uint32_t>(rest.count())};
}

}  // namespace detail

/** Why a call failed. what() says it for people; its text may change between versions. It never holds a secret. */
class Error : public std::runtime_error {
public:
    /** Takes the handle over. */
    explicit Error(nbt_error *handle)
        : std::runtime_error(nbt_error_message(handle)), error_(handle, detail::Deleter<nbt_error_free>()),
          kind_(static_cast<ErrorKind>(nbt_error_kind(handle))) {}

    /** An argument that cannot even be handed to the library. */
    explicit Error(const std::string &message)
        : std::runtime_error(message), kind_(ErrorKind::invalid_argument) {}

    ErrorKind kind() const noexcept { return kind_; }

    /** The HTTP status of the answer that decided it, if one did. */
    std::optional<int> status() const noexcept {
        const int status = nbt_error_status(error_.get());
        return status == 0 ? std::nullopt : std::optional<int>(status);
    }

    /** The server's own message, as it sent it. */
    std::optional<std::string_view> server_message() const noexcept {
        return detail::optional(nbt_error_server_message(error_.get()));
    }

    /** The server's X-Request-Id, by which its operator finds the request in the server's log. */
    std::optional<std::string_view> request_id() const noexcept {
        return detail::optional(nbt_error_request_id(error_.get()));
    }

    /** Whether the same call, unchanged, may succeed later. Never true where sending it again could do something twice. */
    bool retryable() const noexcept { return nbt_error_retryable(error_.get()); }

    /** How long the server asked to wait, where it did. */
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

    /** With outcome_unknown: the tokens that the call may have created or deleted, as far as the server's list tells. */
    std::vector<std::string> candidate_token_ids() const {
        std::vector<std::string> ids;
        const std::size_t count = nbt_error_candidate_token_ids_len(error_.get());
        ids.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            ids.emplace_back(nbt_error_candidate_token_ids_at(error_.get(), i));
        }
        return ids;
    }

private:
    // Shared, because an exception must be copied without failing.
    std::shared_ptr<const nbt_error> error_;
    ErrorKind kind_;
};

namespace detail {

/** Throws what a call failed with. By reference, as the call that sets the error is another argument: either may come first. */
inline void check(nbt_result result, nbt_error *const &error) {
    if (result != NBT_OK) {
        throw Error(error);
    }
}

/** A text with a NUL at its end for the length of a call; it is wiped, as it may be a secret. */
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

/** As Text; NULL for none. */
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

template <class Rep, class Period>
std::uint64_t milliseconds(std::chrono::duration<Rep, Period> duration) {
    const auto count = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
    if (count < 0) {
        throw Error("a duration is negative");
    }
    return static_cast<std::uint64_t>(count);
}

}  // namespace detail

/** A secret text. It prints as nbp_****, is compared in constant time, and is wiped when it is destroyed. */
class Secret {
public:
    explicit Secret(std::string_view text) {
        const detail::Text copy(text, "text");
        nbt_secret *secret = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_secret_new(copy.get(), &secret, &error), error);
        handle_.reset(secret);
    }

    /** Takes the handle over. */
    explicit Secret(nbt_secret *handle) noexcept : handle_(handle) {}

    /** The plain text, with a NUL behind its end. What is copied from here is the caller's to guard. */
    std::string_view expose() const noexcept {
        std::size_t length = 0;
        const char *text = nbt_secret_expose(handle_.get(), &length);
        return {text == nullptr ? "" : text, length};
    }

    /** What may be printed in its place. */
    std::string_view masked() const noexcept { return nbt_secret_masked(handle_.get()); }

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
    /** A personal access token: exactly its 40 characters. Throws invalid_credential, saying what is wrong with it. */
    static Credential pat(std::string_view text) { return make(text, nbt_credential_new_pat); }

    /** A JWT. Its shape and expiry are checked; its signature is the server's to check. */
    static Credential bearer(std::string_view text) { return make(text, nbt_credential_new_bearer); }

    /** Either of the two, as people paste them. */
    static Credential detect(std::string_view text) { return make(text, nbt_credential_new_detect); }

    CredentialKind kind() const noexcept { return static_cast<CredentialKind>(nbt_credential_get_kind(handle_.get())); }

    /** When a JWT expires, where it says so. */
    template <class D = TimePoint::duration>
    std::optional<std::chrono::time_point<std::chrono::system_clock, D>> expires_at() const noexcept {
        detail::Instant at{};
        if (!nbt_credential_expires_at(handle_.get(), &at.seconds, &at.nanoseconds)) {
            return std::nullopt;
        }
        return detail::instant<D>(at.seconds, at.nanoseconds);
    }

    const nbt_credential *get() const noexcept { return handle_.get(); }

private:
    explicit Credential(nbt_credential *handle) noexcept : handle_(handle) {}

    static Credential make(std::string_view text, nbt_result (*make)(const char *, nbt_credential **, nbt_error **)) {
        const detail::Text copy(text, "text");
        nbt_credential *credential = nullptr;
        nbt_error *error = nullptr;
        detail::check(make(copy.get(), &credential, &error), error);
        return Credential(credential);
    }

    detail::Handle<nbt_credential, nbt_credential_free> handle_;
};

/** Ends calls from another thread, or from a signal handler. Once cancelled it stays so. */
class CancelToken {
public:
    CancelToken() : handle_(nbt_cancel_new()) {}

    /** Ends the calls of every client made with it, within 50 ms. Does not wait for them. */
    void cancel() const noexcept { nbt_cancel_cancel(handle_.get()); }

    bool is_cancelled() const noexcept { return nbt_cancel_is_cancelled(handle_.get()); }

    const nbt_cancel *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_cancel, nbt_cancel_free> handle_;
};

/** A token as the server tells of it, within a list: good for as long as the list is. */
class TokenView {
public:
    TokenView() noexcept = default;
    explicit TokenView(const nbt_token *token) noexcept : token_(token) {}

    /** The token's id. Not a secret. */
    std::string_view id() const noexcept { return detail::view(nbt_token_id(token_)); }

    /** The name it was given; not unique. */
    std::string_view name() const noexcept { return detail::view(nbt_token_name(token_)); }

    /** The id of the user who created it, which need not be the one who owns it. */
    std::string_view created_by() const noexcept { return detail::view(nbt_token_created_by(token_)); }

    /** The id of the user who owns it. */
    std::string_view user_id() const noexcept { return detail::view(nbt_token_user_id(token_)); }

    /**
     * When it stops working; the zero time 0001-01-01 where the server keeps none. Times are in nanoseconds, which cannot tell
     * that year: expiration_date<std::chrono::microseconds>() can.
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

    /** Whether the server refuses it at that instant. */
    template <class D = std::chrono::system_clock::duration>
    bool is_expired(
        std::chrono::time_point<std::chrono::system_clock, D> now = std::chrono::system_clock::now()) const {
        const detail::Instant at = detail::parts(now);
        bool expired = false;
        nbt_error *error = nullptr;
        detail::check(nbt_token_is_expired(token_, at.seconds, at.nanoseconds, &expired, &error), error);
        return expired;
    }

    /** Whole days of 24 hours from that instant to the expiration date, rounded down: negative once expired. */
    template <class D = std::chrono::system_clock::duration>
    std::int64_t days_left(
        std::chrono::time_point<std::chrono::system_clock, D> now = std::chrono::system_clock::now()) const {
        const detail::Instant at = detail::parts(now);
        std::int64_t days = 0;
        nbt_error *error = nullptr;
        detail::check(nbt_token_days_left(token_, at.seconds, at.nanoseconds, &days, &error), error);
        return days;
    }

    const nbt_token *get() const noexcept { return token_; }

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

/** A token of its own: what get_token and create_token give, or a copy of one of a list. */
class Token : public TokenView {
public:
    /** Takes the handle over. */
    explicit Token(nbt_token *handle) noexcept : TokenView(handle), handle_(handle) {}

    /** A copy, to keep one of a list when the list is gone. */
    explicit Token(const TokenView &view) : Token(nbt_token_clone(view.get())) {}

private:
    detail::Handle<nbt_token, nbt_token_free> handle_;
};

/** A token that was just created. The server never shows its plain text again. */
struct CreatedToken {
    Token token;
    Secret plain_token;
};

/** A user within a list: good for as long as the list is. */
class UserView {
public:
    UserView() noexcept = default;
    explicit UserView(const nbt_user *user) noexcept : user_(user) {}

    /** What token calls take as the user id. */
    std::string_view id() const noexcept { return detail::view(nbt_user_id(user_)); }

    /** The display name; not unique. */
    std::string_view name() const noexcept { return detail::view(nbt_user_name(user_)); }

    /** Empty for a service user. */
    std::string_view email() const noexcept { return detail::view(nbt_user_email(user_)); }

    /** owner, admin, network_admin, auditor, user, billing_admin, or one that a newer server adds. */
    std::string_view role() const noexcept { return detail::view(nbt_user_role(user_)); }

    /** active, invited, blocked, or one that a newer server adds. */
    std::string_view status() const noexcept { return detail::view(nbt_user_status(user_)); }

    /** Whether the credential in use is this user's. */
    bool is_current() const noexcept { return nbt_user_is_current(user_); }

    bool is_service_user() const noexcept { return nbt_user_is_service_user(user_); }

    /** Whether an administrator has blocked it. */
    bool is_blocked() const noexcept { return nbt_user_is_blocked(user_); }

    /** Whether it waits for an administrator's approval. */
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

    const nbt_user *get() const noexcept { return user_; }

private:
    const nbt_user *user_ = nullptr;
};

/** A user of its own: what current_user gives, or a copy of one of a list. */
class User : public UserView {
public:
    /** Takes the handle over. */
    explicit User(nbt_user *handle) noexcept : UserView(handle), handle_(handle) {}

    /** A copy, to keep one of a list when the list is gone. */
    explicit User(const UserView &view) : User(nbt_user_clone(view.get())) {}

private:
    detail::Handle<nbt_user, nbt_user_free> handle_;
};

namespace detail {

/** A list that owns its elements, as a range of views of them. */
template <class View, class T, auto Length, auto At, auto Free>
class List {
public:
    /** Goes through the list; gives views by value. */
    class const_iterator {
    public:
        using iterator_category = std::input_iterator_tag;
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

        friend bool operator==(const const_iterator &one, const const_iterator &other) noexcept {
            return one.index_ == other.index_;
        }

        friend bool operator!=(const const_iterator &one, const const_iterator &other) noexcept {
            return !(one == other);
        }

    private:
        const T *list_ = nullptr;
        std::size_t index_ = 0;
    };

    using value_type = View;
    using size_type = std::size_t;
    using iterator = const_iterator;

    /** Takes the handle over. */
    explicit List(T *handle) noexcept : handle_(handle) {}

    std::size_t size() const noexcept { return Length(handle_.get()); }

    bool empty() const noexcept { return size() == 0; }

    /** The element at an index that is below size(). */
    View operator[](std::size_t index) const noexcept { return View(At(handle_.get(), index)); }

    /** The element at an index; throws std::out_of_range. */
    View at(std::size_t index) const {
        if (index >= size()) {
            throw std::out_of_range("netbird_tokens: no such element");
        }
        return (*this)[index];
    }

    const_iterator begin() const noexcept { return {handle_.get(), 0}; }

    const_iterator end() const noexcept { return {handle_.get(), size()}; }

    const T *get() const noexcept { return handle_.get(); }

private:
    Handle<T, Free> handle_;
};

}  // namespace detail

/** Some tokens, in no particular order. */
using TokenList =
    detail::List<TokenView, nbt_token_list, nbt_token_list_len, nbt_token_list_at, nbt_token_list_free>;

/** Some users. */
using UserList = detail::List<UserView, nbt_user_list, nbt_user_list_len, nbt_user_list_at, nbt_user_list_free>;

/** The lifetime that a token gets where nothing speaks for another, in days. */
inline constexpr std::int64_t default_expires_in_days = NBT_DEFAULT_EXPIRES_IN_DAYS;

class ClientBuilder;

/**
 * A client of one NetBird server. Any number of threads may use one at once. Calls block, for no longer than the timeout. A user
 * id that is not given means the user that the credential belongs to. Every call may throw Error of any kind.
 */
class Client {
public:
    /** A client to be configured. */
    static ClientBuilder builder();

    /** A client with the credential and the URL that the environment holds; see ClientBuilder::from_env. */
    static Client from_env() {
        nbt_client *client = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_from_env(&client, &error), error);
        return Client(client);
    }

    /** Takes the handle over. */
    explicit Client(nbt_client *handle) noexcept : handle_(handle) {}

    /** The management URL in use, without /api and without a slash at its end. */
    std::string_view management_url() const noexcept { return detail::view(nbt_client_management_url(handle_.get())); }

    /** Uses another credential from the next call on, in every handle of the client. */
    void set_credential(const Credential &credential) const {
        nbt_error *error = nullptr;
        detail::check(nbt_client_set_credential(handle_.get(), credential.get(), &error), error);
    }

    /** Another handle of the same client, whose calls may take this long, retries included. */
    template <class Rep, class Period>
    Client with_timeout(std::chrono::duration<Rep, Period> timeout) const {
        nbt_client *client = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_with_timeout_ms(handle_.get(), detail::milliseconds(timeout), &client, &error), error);
        return Client(client);
    }

    /** Another handle of the same client, whose calls end with `cancelled` once the token is cancelled. */
    Client with_cancel(const CancelToken &cancel) const {
        nbt_client *client = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_with_cancel(handle_.get(), cancel.get(), &client, &error), error);
        return Client(client);
    }

    /** All tokens of a user, in no particular order. */
    TokenList list_tokens(std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::OptionalText user(user_id, "user_id");
        nbt_token_list *list = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_list_tokens(handle_.get(), user.get(), &list, &error), error);
        return TokenList(list);
    }

    /** One token of a user. */
    Token get_token(std::string_view token_id, std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::Text id(token_id, "token_id");
        const detail::OptionalText user(user_id, "user_id");
        nbt_token *token = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_get_token(handle_.get(), id.get(), user.get(), &token, &error), error);
        return Token(token);
    }

    /**
     * Creates a token for a user, good for 1 to 365 days. It is never sent twice unless the first cannot have been acted on.
     * Throws outcome_unknown, with the ids of the tokens it may have made, when its answer was lost.
     */
    CreatedToken create_token(std::string_view name, std::int64_t expires_in_days = default_expires_in_days,
                              std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::Text given(name, "name");
        const detail::OptionalText user(user_id, "user_id");
        nbt_token *token = nullptr;
        nbt_secret *secret = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_create_token(handle_.get(), given.get(), expires_in_days, user.get(), &token, &secret,
                                              &error),
                      error);
        return CreatedToken{Token(token), Secret(secret)};
    }

    /** Deletes (revokes) a token of a user. */
    void delete_token(std::string_view token_id, std::optional<std::string_view> user_id = std::nullopt) const {
        const detail::Text id(token_id, "token_id");
        const detail::OptionalText user(user_id, "user_id");
        nbt_error *error = nullptr;
        detail::check(nbt_client_delete_token(handle_.get(), id.get(), user.get(), &error), error);
    }

    /** The user that the credential belongs to. Always asks the server. */
    User current_user() const {
        nbt_user *user = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_current_user(handle_.get(), &user, &error), error);
        return User(user);
    }

    /** The users that the credential may see: all, or only its own. */
    UserList list_users() const {
        nbt_user_list *list = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_list_users(handle_.get(), &list, &error), error);
        return UserList(list);
    }

    const nbt_client *get() const noexcept { return handle_.get(); }

private:
    detail::Handle<nbt_client, nbt_client_free> handle_;
};

/** What to do about a create whose answer was lost. */
enum class OnUnknown : std::uint32_t {
    /** Throw outcome_unknown with the ids of the tokens that it may have created. */
    report = NBT_ON_UNKNOWN_REPORT,
    /** Revoke those tokens and create anew. Throws outcome_unknown all the same when that cannot be done. */
    revoke_and_retry = NBT_ON_UNKNOWN_REVOKE_AND_RETRY,
};

/** How much a message matters. */
enum class LogLevel {
    debug = NBT_LOG_DEBUG,
    warning = NBT_LOG_WARNING,
};

/**
 * The settings of a client to be; what is not set has its default. Setters give the builder again, so that they can be
 * chained; what is wrong with a setting is thrown by build().
 */
class ClientBuilder {
public:
    ClientBuilder() : handle_(nbt_client_builder_new()) {}

    /** Where the server is, with or without a trailing / and /api. Default: https://api.netbird.io. */
    ClientBuilder &management_url(std::string_view url) {
        nbt_client_builder_set_management_url(handle_.get(), detail::Text(url, "management_url").get());
        return *this;
    }

    /** How to authenticate. The credential is copied. */
    ClientBuilder &credential(const Credential &credential) {
        nbt_client_builder_set_credential(handle_.get(), credential.get());
        return *this;
    }

    /**
     * Takes what is not set explicitly from the environment: the credential from NB_PAT, then NETBIRD_API_TOKEN, NETBIRD_TOKEN,
     * NB_API_KEY; the URL from NB_MANAGEMENT_URL, then NETBIRD_API_URL.
     */
    ClientBuilder &from_env() {
        nbt_client_builder_from_env(handle_.get());
        return *this;
    }

    /** How long making a connection may take. Default: 10 s. */
    template <class Rep, class Period>
    ClientBuilder &connect_timeout(std::chrono::duration<Rep, Period> timeout) {
        nbt_client_builder_set_connect_timeout_ms(handle_.get(), detail::milliseconds(timeout));
        return *this;
    }

    /** How long the server may be silent. Default: 30 s. */
    template <class Rep, class Period>
    ClientBuilder &read_timeout(std::chrono::duration<Rep, Period> timeout) {
        nbt_client_builder_set_read_timeout_ms(handle_.get(), detail::milliseconds(timeout));
        return *this;
    }

    /** How long a whole call may take, retries and waits included. Default: 60 s. */
    template <class Rep, class Period>
    ClientBuilder &timeout(std::chrono::duration<Rep, Period> timeout) {
        nbt_client_builder_set_timeout_ms(handle_.get(), detail::milliseconds(timeout));
        return *this;
    }

    /** How often a request is sent again at the most. Default: 2. */
    ClientBuilder &max_retries(std::uint32_t retries) {
        nbt_client_builder_set_max_retries(handle_.get(), retries);
        return *this;
    }

    /** The longest first wait between two attempts; it doubles from one to the next. Default: 0.5 s. */
    template <class Rep, class Period>
    ClientBuilder &retry_base_delay(std::chrono::duration<Rep, Period> delay) {
        nbt_client_builder_set_retry_base_delay_ms(handle_.get(), detail::milliseconds(delay));
        return *this;
    }

    /** What no wait between two attempts exceeds, unless the server asks for more. Default: 8 s. */
    template <class Rep, class Period>
    ClientBuilder &retry_max_delay(std::chrono::duration<Rep, Period> delay) {
        nbt_client_builder_set_retry_max_delay_ms(handle_.get(), detail::milliseconds(delay));
        return *this;
    }

    /** The largest body that is read. Default: 64 MiB. */
    ClientBuilder &max_response_bytes(std::size_t bytes) {
        nbt_client_builder_set_max_response_bytes(handle_.get(), bytes);
        return *this;
    }

    /** Allows http:// to other machines, which sends the credential in clear text. */
    ClientBuilder &allow_insecure_http(bool allow = true) {
        nbt_client_builder_set_allow_insecure_http(handle_.get(), allow);
        return *this;
    }

    /** Trusts these certificates (PEM, one or more) besides the platform's. */
    ClientBuilder &ca_pem(std::string_view pem) {
        nbt_client_builder_set_ca_pem(handle_.get(), detail::Text(pem, "ca_pem").get());
        return *this;
    }

    /** Sends everything through this proxy (http://host:port), whatever the environment says. */
    ClientBuilder &proxy(std::string_view url) {
        nbt_client_builder_set_proxy(handle_.get(), detail::Text(url, "proxy").get());
        return *this;
    }

    /** Whether HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY count. Default: they do. */
    ClientBuilder &proxy_from_env(bool from_env) {
        nbt_client_builder_set_proxy_from_env(handle_.get(), from_env);
        return *this;
    }

    /** Names the program, as backup/1.2, before the library in the User-Agent. */
    ClientBuilder &user_agent(std::string_view program) {
        nbt_client_builder_set_user_agent(handle_.get(), detail::Text(program, "user_agent").get());
        return *this;
    }

    /** What to do about a create whose answer was lost. Default: report it. */
    ClientBuilder &on_unknown(OnUnknown on_unknown) {
        nbt_client_builder_set_on_unknown(handle_.get(), static_cast<std::uint32_t>(on_unknown));
        return *this;
    }

    /**
     * Is told of every request, retry and reconciliation, on the thread that makes the call; several threads may call it at the
     * same time. What it throws is dropped.
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

    /** The client. Nothing is sent yet. The settings are used up: a second client needs another builder. */
    Client build() {
        nbt_client *client = nullptr;
        nbt_error *error = nullptr;
        detail::check(nbt_client_builder_build(handle_.get(), &client, &error), error);
        return Client(client);
    }

private:
    detail::Handle<nbt_client_builder, nbt_client_builder_free> handle_;
};

inline ClientBuilder Client::builder() {
    return ClientBuilder();
}

/** The version of the library that is loaded, as 0.1.0. */
inline std::string_view version() noexcept {
    return nbt_version();
}

}  // namespace netbird_tokens

#endif  // NETBIRD_TOKENS_HPP
