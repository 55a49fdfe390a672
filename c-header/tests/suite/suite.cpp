// The C++ header: ownership, exceptions, times and ranges.

#include <netbird_tokens.hpp>

#include "check.h"

#include <algorithm>
#include <future>
#include <sstream>
#include <string>
#include <thread>
#include <type_traits>

namespace nbt = netbird_tokens;
using namespace std::chrono_literals;

static_assert(!std::is_copy_constructible_v<nbt::Client> && std::is_nothrow_move_constructible_v<nbt::Client>);
static_assert(!std::is_copy_constructible_v<nbt::Secret> && std::is_nothrow_move_assignable_v<nbt::Secret>);
static_assert(!std::is_copy_constructible_v<nbt::Token> && std::is_nothrow_move_constructible_v<nbt::Token>);
static_assert(!std::is_copy_constructible_v<nbt::TokenList> && std::is_nothrow_move_constructible_v<nbt::TokenList>);
static_assert(std::is_nothrow_copy_constructible_v<nbt::Error>, "exceptions must be");
static_assert(std::is_trivially_copyable_v<nbt::TokenView>);
static_assert(!std::is_copy_constructible_v<nbt::Rotation> && std::is_nothrow_move_constructible_v<nbt::Rotation>);
static_assert(std::is_nothrow_copy_constructible_v<nbt::RotationRecord>, "a value");

namespace {

template <class Call>
nbt::ErrorKind kind_of(Call call) {
    try {
        call();
    } catch (const nbt::Error &error) {
        return error.kind();
    }
    return nbt::ErrorKind{};
}

nbt::ClientBuilder builder_of_mock() {
    nbt::ClientBuilder builder;
    builder.credential(nbt::Credential::pat(needed("NBT_TEST_PAT")))
        .management_url(needed("NBT_TEST_URL"))
        .retry_base_delay(1ms)
        .retry_max_delay(2ms)
        .proxy_from_env(false);
    return builder;
}

void test_values() {
    CHECK(nbt::version() == NBT_VERSION);
    CHECK(nbt::name(nbt::ErrorKind::outcome_unknown) == "outcome_unknown");
    const nbt::Secret one("nbp_one");
    std::ostringstream printed;
    printed << one << ' ' << nbt::ErrorKind::not_found;
    CHECK(printed.str() == "nbp_**** not_found");
    CHECK(one.expose() == "nbp_one");
    CHECK(one == nbt::Secret("nbp_one") && one != nbt::Secret("nbp_two"));
    CHECK(kind_of([] { static_cast<void>(nbt::Secret(std::string_view("a\0b", 3))); }) == nbt::ErrorKind::invalid_argument);
    CHECK(kind_of([] { static_cast<void>(nbt::Secret("\xff")); }) == nbt::ErrorKind::invalid_argument);
    const auto jwt = nbt::Credential::bearer("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln");
    CHECK(jwt.kind() == nbt::CredentialKind::bearer);
    CHECK(jwt.expires_at() == nbt::TimePoint(4102444800s));
    CHECK(kind_of([] { static_cast<void>(nbt::Credential::pat("nbp_")); }) == nbt::ErrorKind::invalid_credential);
}

void test_operations(const nbt::Client &client) {
    CHECK(client.management_url() == needed("NBT_TEST_URL"));
    CHECK(client.current_user().id() == "ada");
    const nbt::UserList users = client.list_users();
    CHECK(std::any_of(users.begin(), users.end(), [](nbt::UserView user) { return user.id() == "robot"; }));

    nbt::CreatedToken created = client.create_token("cpp", 30, "robot");
    CHECK(created.token.name() == "cpp" && created.token.user_id() == "robot");
    CHECK(created.plain_token.expose().size() == 40);
    const nbt::CreatedToken tagged = client.create_token(nbt::NewToken{"cpp", 7, true}, "robot");
    CHECK(tagged.token.name().size() == std::string_view("cpp #0123456789").size());
    CHECK(tagged.token.days_left(tagged.token.created_at()) <= 7);
    client.delete_token(tagged.token.id(), "robot");
    CHECK(!created.token.last_used());
    const auto now = std::chrono::system_clock::now();
    CHECK(!created.token.is_expired() && !created.token.is_expired(now));
    CHECK(created.token.is_expired(now + std::chrono::hours(24 * 31)));
    CHECK(created.token.is_expired(nbt::TimePoint::max()) && !created.token.is_expired(nbt::TimePoint::min()));
    CHECK(created.token.days_left(created.token.created_at()) >= 29);
    CHECK(created.token.created_at() > now - 1h && created.token.created_at() < now + 1h);

    nbt::Secret secret = std::move(created.plain_token);
    CHECK(secret.masked() == "nbp_****");
    nbt::Token moved = std::move(created.token);
    const std::string id(moved.id());
    CHECK(client.get_token(id, "robot").id() == id);
    nbt::Token copy{nbt::TokenView(moved)};
    client.delete_token(id, "robot");
    CHECK(copy.id() == id);
    try {
        client.get_token(id, "robot");
        CHECK(false);
    } catch (const nbt::Error &error) {
        const nbt::Error kept = error;
        CHECK(kept.kind() == nbt::ErrorKind::not_found);
        CHECK(kept.status() == 404 && kept.attempts() == 1 && !kept.retryable());
        CHECK(kept.server_message() && kept.request_id() && !kept.retry_after());
        CHECK(std::string(kept.what()).size() > 10 && kept.candidate_token_ids().empty());
    }
}

void test_ranges_and_times(const nbt::Client &client) {
    const nbt::TokenList tokens = client.list_tokens("odd");
    CHECK(tokens.size() == 1 && !tokens.empty());
    std::size_t seen = 0;
    for (const nbt::TokenView token : tokens) {
        seen++;
        CHECK(token.id() == tokens[0].id());
        // The year 1 is outside the range of nanoseconds: it becomes the earliest instant, which is before now.
        CHECK(token.expiration_date() == nbt::TimePoint::min());
        CHECK(token.expiration_date() < std::chrono::system_clock::now() && token.is_expired());
        CHECK(token.expiration_date<std::chrono::microseconds>().time_since_epoch() == -62135596800s);
        CHECK(token.created_at().time_since_epoch() == -750ms);
        CHECK(token.created_at<std::chrono::seconds>().time_since_epoch() == -1s);
    }
    CHECK(seen == 1);
    bool out_of_range = false;
    try {
        tokens.at(1);
    } catch (const std::out_of_range &) {
        out_of_range = true;
    }
    CHECK(out_of_range);
    CHECK(client.list_tokens("empty").empty());
}

void test_check_credential(const nbt::Client &client) {
    const nbt::CredentialCheck check = client.check_credential();
    CHECK(check.state() == nbt::CredentialState::working && nbt::name(check.state()) == "working");
    CHECK(check.kind() == nbt::CredentialKind::pat && !check.error());
    CHECK(check.user() && check.user()->id() == "ada");
    CHECK(check.token() && check.token()->name() == "tests");
    CHECK(check.expires_at() && *check.expires_at() == check.token()->expiration_date());

    const nbt::Client stranger = builder_of_mock().build();
    stranger.set_credential(nbt::Credential::pat("nbp_abcdefghijklmnopqrstuvwxyz01232LolCm"));
    std::optional<nbt::Error> error;
    {
        const nbt::CredentialCheck unknown = stranger.check_credential();
        std::ostringstream printed;
        printed << unknown.state();
        CHECK(unknown.state() == nbt::CredentialState::unknown && printed.str() == "unknown");
        CHECK(!unknown.user() && !unknown.token() && !unknown.expires_at());
        error = unknown.error();
    }
    // The error outlives the check.
    CHECK(error && error->kind() == nbt::ErrorKind::unauthorized && error->status() == 404 && error->server_message());
}

void test_failures(const nbt::Client &client) {
    try {
        nbt::NewToken wanted{"lost"};
        wanted.tag = true;
        const auto created = client.create_token(wanted, "lossy");
        CHECK(false);
    } catch (const nbt::Error &error) {
        CHECK(error.kind() == nbt::ErrorKind::outcome_unknown && error.candidate_token_ids().size() == 1);
        CHECK(error.token_name() && error.token_name()->substr(0, 6) == "lost #");
        CHECK(client.get_token(error.candidate_token_ids().at(0), "lossy").name() == *error.token_name());
    }
    try {
        client.list_tokens("busy");
        CHECK(false);
    } catch (const nbt::Error &error) {
        CHECK(error.kind() == nbt::ErrorKind::rate_limited && error.retry_after() == 3600s && error.retryable());
    }
    CHECK(kind_of([&] { client.list_tokens(std::string_view("a\0b", 3)); }) == nbt::ErrorKind::invalid_argument);
    CHECK(kind_of([&] { client.list_tokens(""); }) == nbt::ErrorKind::invalid_argument);
    CHECK(kind_of([] { static_cast<void>(nbt::ClientBuilder().build()); }) == nbt::ErrorKind::configuration);
    CHECK(kind_of([] { nbt::ClientBuilder().timeout(-1s); }) == nbt::ErrorKind::invalid_argument);
    // More milliseconds than 64 bits hold, and a fraction that must not become none.
    CHECK(kind_of([&] { static_cast<void>(client.with_timeout(std::chrono::hours::max())); }) ==
          nbt::ErrorKind::invalid_argument);
    CHECK(kind_of([&] { client.with_timeout(1ns).list_tokens("slow"); }) == nbt::ErrorKind::timeout);
    CHECK(kind_of([&] { static_cast<void>(client.with_timeout(0s)); }) == nbt::ErrorKind::invalid_argument);
    CHECK(kind_of([] { builder_of_mock().user_agent("\xff").build().list_users(); }) == nbt::ErrorKind::invalid_argument);
}

void test_cancel_and_timeout(const nbt::Client &client) {
    const nbt::CancelToken cancel;
    const nbt::Client cancellable = client.with_cancel(cancel);
    auto call = std::async(std::launch::async, [&] { return kind_of([&] { cancellable.list_tokens("slow"); }); });
    std::this_thread::sleep_for(200ms);
    cancel.cancel();
    CHECK(call.get() == nbt::ErrorKind::cancelled && cancel.is_cancelled());
    CHECK(kind_of([&] { client.with_timeout(200ms).list_tokens("slow"); }) == nbt::ErrorKind::timeout);
}

void test_rotation(const nbt::Client &client) {
    const nbt::CreatedToken old = client.create_token("rotated", 30, "robot");
    {
        const nbt::Rotation undone = client.rotate_token(old.token.id(), "robot");
        CHECK(undone.old_token().id() == old.token.id());
        CHECK(undone.token() && undone.token()->name().substr(0, 9) == "rotated #");
        CHECK(undone.plain_token() && undone.plain_token()->expose().size() == 40);
        undone.abort();
        CHECK(undone.record().stage() == nbt::RotationStage::aborted && !undone.token() && !undone.plain_token());
        CHECK(kind_of([&] { undone.commit(); }) == nbt::ErrorKind::invalid_argument);
    }
    auto wanted = nbt::RotateToken::by_name("rotated");
    wanted.prepare_only = true;
    wanted.tag = false;
    wanted.expires_in_days = 7;
    const nbt::Rotation rotation = client.rotate_token(wanted, "robot");
    CHECK(!rotation.token() && rotation.record().stage() == nbt::RotationStage::planned);
    CHECK(!rotation.record().token_id() && !rotation.record().is_tagged());
    rotation.create();
    CHECK(rotation.token()->name() == "rotated" && rotation.token()->days_left(rotation.token()->created_at()) <= 7);
    rotation.mark_stored();
    const nbt::RotationRecord record = rotation.record();
    CHECK(record.stage() == nbt::RotationStage::stored && nbt::name(record.stage()) == "stored");
    CHECK(record.token_id() == rotation.token()->id() && record.old_token_id() == old.token.id());
    CHECK(record.user_id() == "robot" && record.management_url() == needed("NBT_TEST_URL"));
    CHECK(record.token_name() == "rotated" && !record.keep_old());
    const auto read = nbt::RotationRecord::from_json(record.to_json());
    const nbt::RotationRecord copy = read;
    CHECK(copy == record && copy.to_json() == record.to_json());
    CHECK(kind_of([] { static_cast<void>(nbt::RotationRecord::from_json("{")); }) == nbt::ErrorKind::invalid_argument);
    rotation.commit(true);
    CHECK(rotation.record().stage() == nbt::RotationStage::kept && rotation.record() != record);
    const auto finished = client.resume_rotation(read, *rotation.plain_token());
    CHECK(finished.stage() == nbt::RotationStage::committed);
    CHECK(client.resume_rotation(finished) == finished);
    CHECK(kind_of([&] { client.get_token(old.token.id(), "robot"); }) == nbt::ErrorKind::not_found);
    client.delete_token(*record.token_id(), "robot");
    nbt::RotateToken both = nbt::RotateToken::by_id("x");
    both.name = "x";
    CHECK(kind_of([&] { static_cast<void>(client.rotate_token(both)); }) == nbt::ErrorKind::invalid_argument);
}

void test_dropped_rotation() {
    int warnings = 0;
    const nbt::Client client = builder_of_mock()
                                   .log([&warnings](nbt::LogLevel level, std::string_view) {
                                       warnings += level == nbt::LogLevel::warning ? 1 : 0;
                                   })
                                   .build();
    const nbt::CreatedToken old = client.create_token("left", 30, "robot");
    std::string successor;
    try {
        const nbt::Rotation rotation = client.rotate_token(old.token.id(), "robot");
        successor = rotation.token()->id();
        throw std::runtime_error("the vault is closed");
    } catch (const std::runtime_error &) {
    }
    CHECK(warnings == 1);
    client.delete_token(successor, "robot");
    client.delete_token(old.token.id(), "robot");
}

void test_audit() {
    const nbt::Client client = builder_of_mock().management_url(needed("NBT_TEST_AUDIT_URL")).build();
    const nbt::CreatedToken created = client.create_token("audited", 7, "robot");
    nbt::AuditOptions options;
    options.expiring_within = std::chrono::hours(24 * 14);
    options.concurrency = 2;
    const nbt::Audit audit = client.audit_tokens(options);
    std::size_t results = 0;
    std::optional<nbt::Error> failure;
    bool found = false;
    for (const auto &audited : audit) {
        results++;
        if (audited.error()) {
            failure = audited.error();
            CHECK(audited.user().id() == "broken" && audited.tokens().empty());
        }
        for (const auto token : audited.tokens()) {
            if (token.token().id() == created.token.id()) {
                found = true;
                CHECK(token.state() == nbt::TokenState::expiring && nbt::name(token.state()) == "expiring");
                CHECK(token.findings() == std::vector({nbt::TokenState::expiring, nbt::TokenState::never_used}));
                CHECK(token.reason().find("expires in") != std::string_view::npos);
                CHECK(audited.as_of() > nbt::TimePoint() && audited.user().id() == "robot");
            }
        }
    }
    // The error outlives its result.
    CHECK(found && failure && failure->kind() == nbt::ErrorKind::server_error);
    CHECK(results == audit.user_count() && results == 3 && !audit.next());
    const nbt::AuditSummary summary = audit.summary();
    CHECK(summary.is_complete && summary.audited == 2 && summary.failed == 1 && summary.other_people == 1);
    options.concurrency = 0;
    CHECK(kind_of([&] { static_cast<void>(client.audit_tokens(options)); }) == nbt::ErrorKind::invalid_argument);
    options.time_limit = -1s;
    CHECK(kind_of([&] { static_cast<void>(client.audit_tokens(options)); }) == nbt::ErrorKind::invalid_argument);
}

void test_data(const nbt::Client &client) {
    const nbt::CreatedToken one = client.create_token("one", 7, "robot");
    const nbt::CreatedToken two = client.create_token("two", 7, "robot");
    const nbt::Token again = client.get_token(one.token.id(), "robot");
    CHECK(one.token == again && one.token != two.token);
    CHECK(nbt::TokenView() == nbt::TokenView() && one.token != nbt::TokenView());
    CHECK(again.to_json().find("\"name\":\"one\"") != std::string::npos && nbt::TokenView().to_json().empty());
    CHECK(again.to_json().find(one.plain_token.expose()) == std::string::npos);

    const nbt::TokenList list = client.list_tokens("robot");
    const auto begin = list.begin();
    const auto end = list.end();
    CHECK(static_cast<std::size_t>(end - begin) == list.size() && list.size() >= 2 && begin < end && end >= begin + 1);
    auto last = end;
    CHECK(*--last == list[list.size() - 1] && last + 1 == end && last - 1 < last && begin[1] == list[1]);
    CHECK(*(1 + begin) == *std::next(begin) && std::distance(begin, end) == end - begin);
    last -= end - begin - 1;
    CHECK(last == begin && last++ == begin && last-- == begin + 1 && (last += 1) > begin && last <= end);

    const nbt::User me = client.current_user();
    const nbt::UserList users = client.list_users();
    CHECK(std::count(users.begin(), users.end(), me) == 1 && me != nbt::UserView());
    CHECK(me.to_json().find("\"id\":\"ada\"") != std::string::npos);
    CHECK(client.check_credential().to_json().find("\"state\":\"working\"") != std::string::npos);
    try {
        client.delete_token("no-such-token", "robot");
        CHECK(false);
    } catch (const nbt::Error &error) {
        CHECK(error.to_json().find("\"kind\":\"not_found\"") != std::string::npos);
    }
    CHECK(nbt::Error("wrong").to_json().empty());
    client.delete_token(one.token.id(), "robot");
    client.delete_token(two.token.id(), "robot");
}

void test_login() {
    nbt::ClientBuilder builder;
    builder.management_url(needed("NBT_TEST_URL")).proxy_from_env(false);
    const nbt::DeviceLogin login = nbt::start_login(builder, nbt::LoginOptions().client_id("netbird-cli"));
    CHECK(login.verification_uri().find(needed("NBT_TEST_URL")) == 0);
    CHECK(login.verification_uri_complete()->find(login.user_code()) != std::string_view::npos);
    CHECK(login.expires_at() > std::chrono::system_clock::now() && login.interval() == 1s);
    CHECK(!login.poll());
    const nbt::CancelToken cancel;
    cancel.cancel();
    CHECK(kind_of([&] { static_cast<void>(login.with_cancel(cancel).wait()); }) == nbt::ErrorKind::cancelled);
    const nbt::LoginSession session = login.wait();
    CHECK(session.management_url() == needed("NBT_TEST_URL") && session.issuer().find("/oauth2") != std::string_view::npos);
    CHECK(session.expires_at() > std::chrono::system_clock::now() && !session.needs_refresh());
    session.refresh();
    CHECK(kind_of([&] { session.with_cancel(cancel).refresh(); }) == nbt::ErrorKind::cancelled);

    const nbt::Secret exported = session.export_text();
    std::ostringstream printed;
    printed << exported;
    CHECK(printed.str() == "****");
    const nbt::LoginSession restored = nbt::LoginSession::restore(exported.expose());
    const nbt::Credential credential = restored.credential();
    CHECK(credential.kind() == nbt::CredentialKind::bearer && credential.expires_at());
    const nbt::Client client = nbt::Client::builder().proxy_from_env(false).credential(credential).build();
    CHECK(client.management_url() == needed("NBT_TEST_URL") && client.current_user().id() == "ada");
    CHECK(kind_of([] { static_cast<void>(nbt::LoginSession::restore("{}")); }) == nbt::ErrorKind::invalid_argument);
    // The options are used up.
    CHECK(kind_of([&] { static_cast<void>(nbt::start_login(builder)); }) == nbt::ErrorKind::invalid_argument);
}

void test_log() {
    int lines = 0;
    const nbt::Client client = builder_of_mock()
                                   .log([&lines](nbt::LogLevel level, std::string_view message) {
                                       CHECK(level == nbt::LogLevel::debug);
                                       CHECK(message.find(needed("NBT_TEST_PAT")) == std::string_view::npos);
                                       lines++;
                                       throw std::runtime_error("dropped");
                                   })
                                   .build();
    client.list_tokens("empty");
    CHECK(lines == 1);
}

}  // namespace

int main() {
    const nbt::Client client = builder_of_mock().build();
    test_values();
    test_operations(client);
    test_ranges_and_times(client);
    test_check_credential(client);
    test_failures(client);
    test_cancel_and_timeout(client);
    test_rotation(client);
    test_dropped_rotation();
    test_audit();
    test_data(client);
    test_login();
    test_log();
    CHECK(client.close());
    return verdict();
}
