//! The ids by which a scenario names its users and tokens, and those that a real server gave them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The fields that hold the id of a user or of a token.
const ID_FIELDS: [&str; 4] = ["user_id", "token_id", "old_token_id", "created_by"];

/// Replaces one kind of id by the other.
#[derive(Debug, Default)]
pub struct Ids {
    /// From the scenario's id to the server's.
    to_server: BTreeMap<String, String>,
    /// From the server's texts to the scenario's: ids, and the names of users.
    to_scenario: BTreeMap<String, String>,
    /// Who created each of the scenario's tokens, by the token's id in the scenario.
    creators: BTreeMap<String, String>,
    /// The user that really made them.
    maker: String,
}

impl Ids {
    /// No ids yet. `maker` is the id of the user that makes the scenario's tokens.
    #[must_use]
    pub fn new(maker: &str) -> Self {
        Self { maker: maker.to_owned(), ..Self::default() }
    }

    /// A user, with its name in the scenario and the one it has on the server.
    pub fn add_user(&mut self, scenario: &str, server: &str, name: &str, server_name: &str) {
        self.add(scenario, server);
        self.to_scenario.insert(server_name.to_owned(), name.to_owned());
    }

    /// A token, and the user that created it in the scenario.
    pub fn add_token(&mut self, scenario: &str, server: &str, creator: &str) {
        self.add(scenario, server);
        self.creators.insert(scenario.to_owned(), creator.to_owned());
    }

    fn add(&mut self, scenario: &str, server: &str) {
        self.to_server.insert(scenario.to_owned(), server.to_owned());
        self.to_scenario.insert(server.to_owned(), scenario.to_owned());
    }

    /// The server's id for the scenario's; an id that the scenario did not seed stays.
    #[must_use]
    pub fn server_id<'a>(&'a self, scenario: &'a str) -> &'a str {
        self.to_server.get(scenario).map_or(scenario, String::as_str)
    }

    /// Puts the server's ids into the id fields of a call's arguments, also inside a record.
    pub fn for_server(&self, fields: &mut Map<String, Value>) {
        for (name, value) in fields {
            match value {
                Value::String(text) if ID_FIELDS.contains(&name.as_str()) => *text = self.server_id(text).to_owned(),
                Value::Object(inner) => self.for_server(inner),
                _ => {}
            }
        }
    }

    /// Puts the scenario's ids and names into an answer, wherever they are.
    #[must_use]
    pub fn for_scenario(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.for_scenario(item)).collect()),
            Value::Object(fields) => {
                let fields = fields.into_iter().map(|(name, value)| (name, self.for_scenario(value)));
                let mut fields: Map<String, Value> = fields.collect();
                self.name_creator(&mut fields);
                sort_by_user(&mut fields);
                Value::Object(fields)
            }
            other => other,
        }
    }

    fn text(&self, text: String) -> String {
        self.to_scenario.iter().fold(text, |text, (server, scenario)| text.replace(server, scenario))
    }

    /// The scenario's tokens were made by the runner's user, in the place of their creators.
    fn name_creator(&self, token: &mut Map<String, Value>) {
        let creator = token.get("id").and_then(Value::as_str).and_then(|id| self.creators.get(id)).cloned();
        if let (Some(creator), Some(Value::String(by))) = (creator, token.get_mut("created_by"))
            && *by == self.maker
        {
            *by = creator;
        }
    }
}

/// Adapters sort the users of an audit by their ids, which are others now.
fn sort_by_user(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(users)) = fields.get_mut("users") {
        users.sort_by_key(|result| result["user"]["id"].as_str().map(str::to_owned));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids() -> Ids {
        let mut ids = Ids::new("maker");
        ids.add_user("ci", "5b2c-uuid", "CI runner", "netbird-conformance-1-admin");
        ids.add_token("deploy", "d4xid", "alice");
        ids
    }

    #[test]
    fn arguments_get_the_servers_ids_in_their_id_fields_alone() {
        let mut args =
            json!({"user_id": "ci", "name": "ci", "record": {"old_token_id": "deploy", "token_name": "deploy"}});
        ids().for_server(args.as_object_mut().expect("an object"));
        let expected =
            json!({"user_id": "5b2c-uuid", "name": "ci", "record": {"old_token_id": "d4xid", "token_name": "deploy"}});
        assert_eq!(args, expected);
        assert_eq!(ids().server_id("nobody"), "nobody");
    }

    #[test]
    fn answers_get_the_scenarios_ids_and_names_everywhere() {
        let answer = json!({"error": {"server_message": "pat: d4xid not found"}, "list": [{"id": "5b2c-uuid", "name": "netbird-conformance-1-admin"}]});
        let expected =
            json!({"error": {"server_message": "pat: deploy not found"}, "list": [{"id": "ci", "name": "CI runner"}]});
        assert_eq!(ids().for_scenario(answer), expected);
    }

    #[test]
    fn a_seeded_token_keeps_the_creator_that_the_scenario_names() {
        let seeded = json!({"id": "d4xid", "created_by": "maker"});
        assert_eq!(ids().for_scenario(seeded), json!({"id": "deploy", "created_by": "alice"}));
        let other = json!({"id": "new", "created_by": "maker"});
        assert_eq!(ids().for_scenario(other.clone()), other);
    }

    #[test]
    fn the_users_of_an_audit_are_in_the_order_of_the_scenarios_ids() {
        let answer = json!({"users": [{"user": {"id": "zz"}}, {"user": {"id": "5b2c-uuid"}}]});
        assert_eq!(ids().for_scenario(answer)["users"][0]["user"]["id"], "ci");
    }
}
