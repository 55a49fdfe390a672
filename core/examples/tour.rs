//! Lists the tokens, creates one, uses it, rotates it and revokes it.
//!
//! ```sh
//! NB_PAT=nbp_… cargo run --example tour      # and NB_MANAGEMENT_URL for your own server
//! ```
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use netbird_tokens::{Client, Credential, NewToken, RotateToken, Timestamp};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env()?;
    let me = client.current_user()?;
    println!("{} ({}) on {}", me.id(), me.role(), client.management_url());
    for token in client.list_tokens(None)? {
        println!("  {}  {}  {} days left", token.id(), token.name(), token.days_left(Timestamp::now()));
    }

    let created = client.create_token(&NewToken::new("rust-tour").expires_in_days(1), None)?;
    println!("created {}: {}", created.token.id(), created.plain_token);
    let newcomer = Client::builder()
        .management_url(client.management_url())
        .credential(Credential::pat(created.plain_token.expose())?)
        .build()?;
    println!("used it as {}", newcomer.current_user()?.id());

    // Both tokens work until the commit, which proves the new one first.
    let rotation = client.rotate_token(&RotateToken::id(created.token.id()), None)?;
    let (Some(successor), Some(secret)) = (rotation.token(), rotation.plain_token()) else {
        return Err("the rotation has no successor".into());
    };
    println!("rotated it to {}: {secret}", successor.id());
    rotation.commit(false)?;
    client.delete_token(successor.id(), None)?;
    println!("revoked {}", successor.id());
    Ok(())
}
