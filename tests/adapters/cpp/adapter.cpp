// The conformance adapter of the C++ API: the protocol of tests/adapters/README.md, one JSON object a line each way. It calls
// the public API as any C++ program would, and prints what it got.

#include <netbird_tokens.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace nbt = netbird_tokens;
using nlohmann::json;
using Microseconds = std::chrono::microseconds;
using Moment = std::chrono::time_point<std::chrono::system_clock, Microseconds>;

namespace {

// An argument that C++'s types would not have let through.
struct Refused {
    std::string message;
};

struct Unsupported {};

std::map<std::string, nbt::Client> clients;
std::vector<nbt::Secret> secrets;
// Those that have begun and were not dropped.
std::map<std::string, nbt::Rotation> rotations;
std::size_t rotations_begun = 0;
std::vector<nbt::DeviceLogin> logins;
std::vector<nbt::LoginSession> sessions;

// Null for what is absent.
template <class T>
json maybe(const std::optional<T> &value) {
    return value ? json(*value) : json(nullptr);
}

json show(const nbt::Error &error) {
    return {
        {"kind", nbt::name(error.kind())},
        {"code", static_cast<std::uint32_t>(error.kind())},
        {"message", error.what()},
        {"status", maybe(error.status())},
        {"server_message", maybe(error.server_message())},
        {"request_id", maybe(error.request_id())},
        {"retryable", error.retryable()},
        {"retry_after_ms", error.retry_after() ? json(error.retry_after()->count()) : json(nullptr)},
        {"attempts", error.attempts()},
        {"candidate_token_ids", error.candidate_token_ids()},
        {"token_name", maybe(error.token_name())},
    };
}

// In UTC, always six digits.
std::string show(Moment time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const std::time_t whole = seconds.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&whole, &parts);
    char printed[80];
    std::snprintf(printed, sizeof printed, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                  static_cast<int>((time - seconds).count()));
    return printed;
}

json show(const std::optional<Moment> &time) {
    return time ? json(show(*time)) : json(nullptr);
}

// Reads RFC 3339.
nbt::TimePoint read_moment(const std::string &given) {
    std::tm parts{};
    int length = 0;
    if (std::sscanf(given.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                    &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &length) != 6) {
        throw Refused{"now is not a time"};
    }
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    std::string rest = given.substr(static_cast<std::size_t>(length));
    std::string fraction;
    if (!rest.empty() && rest[0] == '.') {
        const auto end = rest.find_first_not_of("0123456789", 1);
        fraction = rest.substr(1, end - 1);
        rest = end == std::string::npos ? "" : rest.substr(end);
    }
    fraction.resize(9, '0');
    int hours = 0;
    int minutes = 0;
    char sign = '+';
    if (rest != "Z" && std::sscanf(rest.c_str(), "%c%2d:%2d", &sign, &hours, &minutes) != 3) {
        throw Refused{"now has no offset"};
    }
    const auto offset = std::chrono::minutes(hours * 60 + minutes);
    const nbt::TimePoint local{std::chrono::seconds(timegm(&parts)) + std::chrono::nanoseconds(std::stoll(fraction))};
    return sign == '-' ? local + offset : local - offset;
}

std::optional<std::string> text(const json &fields, const char *key) {
    const auto found = fields.find(key);
    return found != fields.end() && found->is_string() ? std::optional(found->get<std::string>()) : std::nullopt;
}

json show(const nbt::TokenView &token, const json &args) {
    json fields = {
        {"id", token.id()},
        {"name", token.name()},
        {"expiration_date", show(token.expiration_date<Microseconds>())},
        {"created_at", show(token.created_at<Microseconds>())},
        {"created_by", token.created_by()},
        {"last_used", show(token.last_used<Microseconds>())},
        {"user_id", token.user_id()},
    };
    if (const auto now = text(args, "now")) {
        const auto moment = read_moment(*now);
        fields["is_expired"] = token.is_expired(moment);
        fields["days_left"] = token.days_left(moment);
    }
    return fields;
}

json show(const nbt::UserView &user) {
    return {
        {"id", user.id()},
        {"name", user.name()},
        {"email", user.email()},
        {"role", user.role()},
        {"status", user.status()},
        {"is_current", user.is_current()},
        {"is_service_user", user.is_service_user()},
        {"is_blocked", user.is_blocked()},
        {"pending_approval", user.pending_approval()},
        {"last_login", show(user.last_login<Microseconds>())},
    };
}

json show(const nbt::CredentialCheck &check, const json &args) {
    const auto user = check.user();
    const auto token = check.token();
    const auto error = check.error();
    return {
        {"state", nbt::name(check.state())},
        {"kind", check.kind() == nbt::CredentialKind::pat ? "pat" : "bearer"},
        {"user", user ? show(*user) : json(nullptr)},
        {"token", token ? show(*token, args) : json(nullptr)},
        {"expires_at", show(check.expires_at<Microseconds>())},
        {"error", error ? show(*error) : json(nullptr)},
    };
}

// The one of the handle in a field.
template <class T>
const T &kept(const std::vector<T> &all, const json &fields, const char *key) {
    const std::size_t at = std::stoul(text(fields, key).value_or("999999"));
    if (at >= all.size()) {
        throw Refused{std::string("no such ") + key};
    }
    return all[at];
}

std::optional<nbt::Credential> read_credential(const json &fields) {
    if (text(fields, "session")) {
        return kept(sessions, fields, "session").credential();
    }
    if (const auto pat = text(fields, "pat")) {
        return nbt::Credential::pat(*pat);
    }
    if (const auto jwt = text(fields, "bearer")) {
        return nbt::Credential::bearer(*jwt);
    }
    if (const auto either = text(fields, "detect")) {
        return nbt::Credential::detect(*either);
    }
    return std::nullopt;
}

void set_option(nbt::ClientBuilder &builder, const std::string &name, const json &value) {
    const auto number = [&]() -> std::int64_t {
        if (!value.is_number_integer()) {
            throw Refused{name + ": expected a whole number"};
        }
        return value.get<std::int64_t>();
    };
    const auto duration = [&] { return std::chrono::milliseconds(number()); };
    const auto word = [&] { return value.get<std::string>(); };
    if (name == "pat" || name == "bearer" || name == "detect" || name == "session") {
        return;  // read by read_credential
    } else if (name == "token_file") {
        builder.token_file(word());
    } else if (name == "management_url") {
        builder.management_url(word());
    } else if (name == "from_env") {
        if (value.get<bool>()) {
            builder.from_env();
        }
    } else if (name == "connect_timeout_ms") {
        builder.connect_timeout(duration());
    } else if (name == "read_timeout_ms") {
        builder.read_timeout(duration());
    } else if (name == "timeout_ms") {
        builder.timeout(duration());
    } else if (name == "max_retries") {
        builder.max_retries(static_cast<std::uint32_t>(number()));
    } else if (name == "retry_base_delay_ms") {
        builder.retry_base_delay(duration());
    } else if (name == "retry_max_delay_ms") {
        builder.retry_max_delay(duration());
    } else if (name == "max_response_bytes") {
        builder.max_response_bytes(static_cast<std::size_t>(number()));
    } else if (name == "allow_insecure_http") {
        builder.allow_insecure_http(value.get<bool>());
    } else if (name == "ca_pem") {
        builder.ca_pem(word());
    } else if (name == "proxy") {
        builder.proxy(word());
    } else if (name == "proxy_from_env") {
        builder.proxy_from_env(value.get<bool>());
    } else if (name == "user_agent") {
        builder.user_agent(word());
    } else if (name == "on_unknown") {
        builder.on_unknown(word() == "revoke_and_retry" ? nbt::OnUnknown::revoke_and_retry : nbt::OnUnknown::report);
    } else {
        throw Refused{"there is no option " + name};
    }
}

nbt::ClientBuilder builder_with(const json &options) {
    const auto credential = read_credential(options);
    nbt::ClientBuilder builder = nbt::Client::builder();
    if (credential) {
        builder.credential(*credential);
    }
    for (const auto &option : options.items()) {
        set_option(builder, option.key(), option.value());
    }
    return builder;
}

json new_client(const std::string &name, const json &options) {
    nbt::ClientBuilder builder = builder_with(options);
    clients.insert_or_assign(name, builder.build());
    return json::object();
}

// Prints a secret as its language does, and keeps it under a handle.
void add_secret(json &answer, std::optional<nbt::Secret> secret) {
    answer["plain_token"] = nullptr;
    answer["secret"] = nullptr;
    if (secret) {
        std::ostringstream printed;
        printed << *secret;
        answer["plain_token"] = printed.str();
        answer["secret"] = std::to_string(secrets.size());
        secrets.push_back(std::move(*secret));
    }
}

json create_token(const nbt::Client &client, const json &args) {
    nbt::NewToken wanted{text(args, "name").value_or("")};
    wanted.tag = args.value("tag", false);
    if (args.contains("expires_in_days")) {
        if (!args["expires_in_days"].is_number_integer()) {
            throw Refused{"expires_in_days: expected a whole number"};
        }
        wanted.expires_in_days = args["expires_in_days"].get<std::int64_t>();
    }
    nbt::CreatedToken created = client.create_token(wanted, text(args, "user_id"));
    json answer = {{"token", show(created.token, args)}};
    add_secret(answer, std::move(created.plain_token));
    return answer;
}

json show(const nbt::RotationRecord &record) {
    return {{"record", json::parse(record.to_json())}};
}

// What a rotation has made so far.
json progress(const nbt::Rotation &rotation, const json &args) {
    json answer = show(rotation.record());
    const auto token = rotation.token();
    answer["token"] = token ? show(*token, args) : json(nullptr);
    add_secret(answer, rotation.plain_token());
    return answer;
}

json rotate_token(const nbt::Client &client, const json &args) {
    nbt::RotateToken rotate;
    rotate.token_id = text(args, "token_id");
    rotate.name = text(args, "name");
    rotate.new_name = text(args, "new_name");
    if (args.contains("expires_in_days")) {
        if (!args["expires_in_days"].is_number_integer()) {
            throw Refused{"expires_in_days: expected a whole number"};
        }
        rotate.expires_in_days = args["expires_in_days"].get<std::int64_t>();
    }
    rotate.tag = args.value("tag", rotate.tag);
    rotate.adopt = args.value("adopt", rotate.adopt);
    rotate.prepare_only = args.value("prepare_only", rotate.prepare_only);
    nbt::Rotation rotation = client.rotate_token(rotate, text(args, "user_id"));
    json answer = progress(rotation, args);
    answer["old_token"] = show(rotation.old_token(), args);
    answer["rotation"] = std::to_string(rotations_begun++);
    rotations.emplace(answer["rotation"].get<std::string>(), std::move(rotation));
    return answer;
}

json resume_rotation(const nbt::Client &client, const json &args) {
    const auto record = nbt::RotationRecord::from_json(args.value("record", json(nullptr)).dump());
    const auto plain_token = text(args, "plain_token");
    return show(plain_token ? client.resume_rotation(record, nbt::Secret(*plain_token)) : client.resume_rotation(record));
}

// A command on a rotation that has begun.
json run_rotation(const std::string &command, const json &args) {
    const auto found = rotations.find(text(args, "rotation").value_or(""));
    if (found == rotations.end()) {
        throw Refused{"no such rotation"};
    }
    const nbt::Rotation &rotation = found->second;
    if (command == "rotation_create") {
        rotation.create();
        return progress(rotation, args);
    } else if (command == "rotation_mark_stored") {
        rotation.mark_stored();
    } else if (command == "rotation_commit") {
        rotation.commit(args.value("keep_old", false));
    } else if (command == "rotation_abort") {
        rotation.abort();
    } else if (command == "rotation_drop") {
        rotations.erase(found);
        return json::object();
    } else if (command != "rotation_record") {
        throw Unsupported{};
    }
    return show(rotation.record());
}

json show(const nbt::LoginSession &session, const std::string &handle) {
    return {
        {"session", handle},
        {"management_url", session.management_url()},
        {"issuer", session.issuer()},
        {"expires_at", show(session.expires_at<Microseconds>())},
        {"needs_refresh", session.needs_refresh()},
    };
}

json keep(nbt::LoginSession session) {
    json answer = show(session, std::to_string(sessions.size()));
    sessions.push_back(std::move(session));
    return answer;
}

json start_login(const json &args, const std::optional<nbt::CancelToken> &cancel) {
    nbt::LoginOptions options;
    using Setter = nbt::LoginOptions &(nbt::LoginOptions::*)(std::string_view);
    const std::pair<const char *, Setter> setters[] = {
        {"issuer", &nbt::LoginOptions::issuer},     {"client_id", &nbt::LoginOptions::client_id},
        {"audience", &nbt::LoginOptions::audience}, {"scope", &nbt::LoginOptions::scope},
        {"endpoint_host", &nbt::LoginOptions::endpoint_host},
    };
    for (const auto &[name, set] : setters) {
        if (const auto given = text(args, name)) {
            (options.*set)(*given);
        }
    }
    if (cancel) {
        options.cancel(*cancel);
    }
    nbt::ClientBuilder builder = builder_with(args.value("options", json::object()));
    nbt::DeviceLogin login = nbt::start_login(builder, options);
    json answer = {
        {"login", std::to_string(logins.size())},
        {"verification_uri", login.verification_uri()},
        {"verification_uri_complete", maybe(login.verification_uri_complete())},
        {"user_code", login.user_code()},
        {"expires_at", show(login.expires_at<Microseconds>())},
        {"interval_ms", login.interval().count()},
    };
    logins.push_back(std::move(login));
    return answer;
}

// The commands about logins; nothing if it is none of them.
std::optional<json> run_login(const std::string &command, const json &args, const std::optional<nbt::CancelToken> &cancel) {
    if (command == "start_login") {
        return start_login(args, cancel);
    } else if (command == "login_poll") {
        auto session = kept(logins, args, "login").poll();
        return session ? keep(std::move(*session)) : json(nullptr);
    } else if (command == "login_wait") {
        const nbt::DeviceLogin &login = kept(logins, args, "login");
        return keep(cancel ? login.with_cancel(*cancel).wait() : login.wait());
    } else if (command == "session_refresh") {
        const nbt::LoginSession &session = kept(sessions, args, "session");
        session.refresh();
        return show(session, *text(args, "session"));
    } else if (command == "session_export") {
        json answer;
        add_secret(answer, kept(sessions, args, "session").export_text());
        answer["text"] = answer["plain_token"];
        answer.erase("plain_token");
        return answer;
    } else if (command == "session_restore") {
        nbt::ClientBuilder builder = builder_with(args.value("options", json::object()));
        const auto given = text(args, "text");
        return keep(nbt::LoginSession::restore(given ? *given : kept(secrets, args, "secret").expose(), builder));
    }
    return std::nullopt;
}

json show(const nbt::UserAudit &audited, const json &args) {
    json tokens = json::array();
    for (const auto token : audited.tokens()) {
        json findings = json::array();
        for (const auto finding : token.findings()) {
            findings.push_back(nbt::name(finding));
        }
        tokens.push_back({
            {"token", show(token.token(), args)},
            {"state", nbt::name(token.state())},
            {"findings", findings},
            {"reason", token.reason()},
        });
    }
    const auto error = audited.error();
    return {{"user", show(audited.user())}, {"tokens", tokens}, {"error", error ? show(*error) : json(nullptr)}};
}

json show(const nbt::AuditSummary &summary) {
    return {
        {"users", summary.users},
        {"audited", summary.audited},
        {"failed", summary.failed},
        {"not_reached", summary.not_reached},
        {"other_people", summary.other_people},
        {"tokens", summary.tokens},
        {"expired", summary.expired},
        {"expiring", summary.expiring},
        {"unused", summary.unused},
        {"never_used", summary.never_used},
        {"healthy", summary.healthy},
        {"is_complete", summary.is_complete},
    };
}

json audit_tokens(const nbt::Client &client, const json &args) {
    const auto number = [&](const char *name) -> std::optional<std::int64_t> {
        if (!args.contains(name)) {
            return std::nullopt;
        }
        if (!args[name].is_number_integer() || args[name].get<std::int64_t>() < 0) {
            throw Refused{std::string(name) + ": expected a whole number"};
        }
        return args[name].get<std::int64_t>();
    };
    const auto duration = [&](const char *name) -> std::optional<std::chrono::milliseconds> {
        const auto given = number(name);
        return given ? std::optional(std::chrono::milliseconds(*given)) : std::nullopt;
    };
    nbt::AuditOptions options;
    options.expiring_within = duration("expiring_within_ms");
    options.unused_for = duration("unused_for_ms");
    options.concurrency = number("concurrency");
    options.time_limit = duration("time_limit_ms");
    const nbt::Audit audit = client.audit_tokens(options);
    std::vector<json> users;
    for (const auto &audited : audit) {
        users.push_back(show(audited, args));
    }
    const auto id = [](const json &shown) { return shown["user"]["id"].get<std::string>(); };
    std::sort(users.begin(), users.end(), [&](const json &one, const json &other) { return id(one) < id(other); });
    return {{"users", users}, {"summary", show(audit.summary())}};
}

json operate(const nbt::Client &client, const std::string &operation, const json &args) {
    const auto user_id = text(args, "user_id");
    if (operation == "list_tokens") {
        json tokens = json::array();
        for (const nbt::TokenView token : client.list_tokens(user_id)) {
            tokens.push_back(show(token, args));
        }
        return tokens;
    } else if (operation == "get_token") {
        return show(client.get_token(text(args, "token_id").value_or(""), user_id), args);
    } else if (operation == "create_token") {
        return create_token(client, args);
    } else if (operation == "delete_token") {
        client.delete_token(text(args, "token_id").value_or(""), user_id);
        return json::object();
    } else if (operation == "current_user") {
        return show(client.current_user());
    } else if (operation == "list_users") {
        json users = json::array();
        for (const nbt::UserView user : client.list_users()) {
            users.push_back(show(user));
        }
        return users;
    } else if (operation == "check_credential") {
        return show(client.check_credential(), args);
    } else if (operation == "audit_tokens") {
        return audit_tokens(client, args);
    } else if (operation == "rotate_token") {
        return rotate_token(client, args);
    } else if (operation == "resume_rotation") {
        return resume_rotation(client, args);
    } else if (operation.rfind("rotation_", 0) == 0) {
        return run_rotation(operation, args);
    } else if (operation == "set_credential") {
        const auto credential = read_credential(args);
        if (!credential) {
            throw Refused{"no credential"};
        }
        client.set_credential(*credential);
        return json::object();
    } else if (operation == "expose") {
        return kept(secrets, args, "secret").expose();
    } else if (operation == "secret_equals") {
        return kept(secrets, args, "secret") == kept(secrets, args, "other");
    }
    throw Unsupported{};
}

constexpr std::chrono::milliseconds POLL{5};

// Interrupts a call, unless it is destroyed before: after a time, or as soon as a file exists, which is checked after every period.
class Interrupter {
public:
    Interrupter(const nbt::CancelToken &cancel, std::chrono::milliseconds period, std::optional<std::string> file)
        : thread_([this, &cancel, period, file = std::move(file)] {
              std::unique_lock lock(mutex_);
              while (!changed_.wait_for(lock, period, [this] { return ended_; })) {
                  if (!file || std::filesystem::exists(*file)) {
                      cancel.cancel();
                      return;
                  }
              }
          }) {}

    ~Interrupter() {
        {
            const std::lock_guard lock(mutex_);
            ended_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;
    std::thread thread_;
};

json call(const std::string &name, const json &command) {
    const std::string operation = text(command, "operation").value_or("");
    const json args = command.value("args", json::object());
    const auto file = text(command, "cancel_file");
    std::optional<nbt::CancelToken> cancel;
    std::optional<Interrupter> interrupter;
    if (file || command.contains("cancel_after_ms")) {
        cancel.emplace();
        interrupter.emplace(
            *cancel, file ? POLL : std::chrono::milliseconds(command["cancel_after_ms"].get<std::int64_t>()), file);
    }
    if (auto answer = run_login(operation, args, cancel)) {
        return *answer;
    }
    const auto found = clients.find(name);
    if (found == clients.end()) {
        throw Refused{"the client is closed"};
    }
    return cancel ? operate(found->second.with_cancel(*cancel), operation, args) : operate(found->second, operation, args);
}

json close_client(const std::string &name) {
    if (auto closed = clients.extract(name)) {
        static_cast<void>(closed.mapped().close());
    }
    return json::object();
}

json hello() {
    return {
        {"adapter", "cpp"},
        {"version", nbt::version()},
        {"operations",
         {"list_tokens", "get_token", "create_token", "delete_token", "current_user", "list_users", "check_credential",
          "audit_tokens", "set_credential", "expose", "secret_equals", "rotate_token", "resume_rotation", "rotation_create",
          "rotation_mark_stored", "rotation_commit", "rotation_abort", "rotation_record", "rotation_drop", "start_login",
          "login_poll", "login_wait", "session_refresh", "session_export", "session_restore"}},
        {"options",
         {"management_url", "pat", "bearer", "detect", "session", "token_file", "from_env", "connect_timeout_ms", "read_timeout_ms",
          "timeout_ms", "max_retries", "retry_base_delay_ms", "retry_max_delay_ms", "max_response_bytes",
          "allow_insecure_http", "ca_pem", "proxy", "proxy_from_env", "user_agent", "on_unknown", "cancel_after_ms", "cancel_file"}},
    };
}

json run(const json &command) {
    const std::string cmd = text(command, "cmd").value_or("");
    const std::string client = text(command, "client").value_or("");
    if (cmd == "hello") {
        return hello();
    } else if (cmd == "new_client") {
        return new_client(client, command.value("options", json::object()));
    } else if (cmd == "call") {
        return call(client, command);
    } else if (cmd == "close") {
        return close_client(client);
    }
    throw Unsupported{};
}

json answer(const json &command) {
    const json id = command.value("id", json(nullptr));
    const auto failed = [&](json error) { return json{{"id", id}, {"error", std::move(error)}}; };
    try {
        return {{"id", id}, {"ok", run(command)}};
    } catch (const nbt::Error &error) {
        return failed(show(error));
    } catch (const Refused &refused) {
        return failed(show(nbt::Error(refused.message)));
    } catch (const Unsupported &) {
        return failed({{"kind", "unsupported"}, {"code", 0}, {"message", "no such command"}});
    }
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << answer(json::parse(line)).dump() << std::endl;
    }
}
