use http::{HeaderValue, StatusCode};
use tempfile::NamedTempFile;
use warp::Reply;

use super::*;

fn token(n: u8) -> Token {
    Token::new([n; 32])
}

fn file(text: &str) -> NamedTempFile {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    file
}

fn only(role: Role) -> &'static [Role] {
    let at = Role::ALL.iter().position(|known| *known == role).unwrap();
    const ALL: &[Role] = &Role::ALL;
    &ALL[at..=at]
}

async fn status(tokens: &Tokens, authorization: &str, role: Role) -> StatusCode {
    let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_str(authorization).unwrap())]);
    match tokens.authorise(&headers, only(role), role == Role::Doctor, jiff::Timestamp::UNIX_EPOCH).await {
        Ok(_) => StatusCode::OK,
        Err(error) => error.into_response().status(),
    }
}

#[tokio::test]
async fn a_token_allows_the_roles_of_its_lines_and_no_other() {
    let text = format!("# ci\n{}\n\n{} # bob\n", token(1).line(Role::Publisher), token(1).line(Role::Analyst));
    let file = file(&text);
    let tokens = Tokens::from_file(file.path()).unwrap();
    let sent = format!("Bearer {}", token(1).reveal());
    assert_eq!(status(&tokens, &sent, Role::Publisher).await, StatusCode::OK);
    assert_eq!(status(&tokens, &sent.replace("Bearer", "bearer"), Role::Analyst).await, StatusCode::OK);
    assert_eq!(status(&tokens, &sent, Role::Admin).await, StatusCode::FORBIDDEN);
    for wrong in
        [format!("Bearer {}", token(2).reveal()), "Bearer".into(), "Basic eDp5".into(), token(1).line(Role::Publisher)]
    {
        assert_eq!(status(&tokens, &wrong, Role::Publisher).await, StatusCode::UNAUTHORIZED, "{wrong}");
    }
}

#[tokio::test]
async fn a_line_may_name_its_token() {
    let text = format!("{} jane@example.com # of 2026\n", token(1).line(Role::Admin));
    let tokens = Tokens::from_file(file(&text).path());
    let entry = &file::parse(&text).unwrap()[0];
    assert_eq!(entry.name.unwrap().as_str(), "jane@example.com");
    assert!(tokens.is_ok());
    let wrong = file::parse(&text.replace("jane@", "jane doe@")).unwrap_err().to_string();
    assert!(wrong.starts_with("line 1: the name of a token") && !wrong.contains("jane"), "{wrong}");
}

#[tokio::test]
async fn an_old_agent_sends_a_doctors_token_as_a_password_and_it_opens_nothing_else() {
    let text = format!("{}\n{}\n", token(1).line(Role::Doctor), token(1).line(Role::Admin));
    let file = file(&text);
    let tokens = Tokens::from_file(file.path()).unwrap();
    let basic = |pair: String| format!("Basic {}", STANDARD.encode(pair));
    let sent = basic(format!("anyone:{}", token(1).reveal()));
    assert_eq!(status(&tokens, &sent, Role::Doctor).await, StatusCode::OK);
    assert_eq!(status(&tokens, &sent, Role::Admin).await, StatusCode::UNAUTHORIZED);
    for wrong in [basic(format!("{}:x", token(1).reveal())), basic(token(1).reveal().into()), "Basic %".into()] {
        assert_eq!(status(&tokens, &wrong, Role::Doctor).await, StatusCode::UNAUTHORIZED, "{wrong}");
    }
}

#[tokio::test]
async fn the_hash_itself_is_no_token() {
    let line = token(1).line(Role::Publisher);
    let file = file(&line);
    let tokens = Tokens::from_file(file.path()).unwrap();
    let hash = line.rsplit(':').next().unwrap();
    assert_eq!(status(&tokens, &format!("Bearer {hash}"), Role::Publisher).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn adding_and_revoking_need_no_restart() {
    let file = file("");
    let tokens = Tokens::from_file(file.path()).unwrap();
    let sent = format!("Bearer {}", token(1).reveal());
    assert_eq!(status(&tokens, &sent, Role::Publisher).await, StatusCode::UNAUTHORIZED);
    fs::write(file.path(), token(1).line(Role::Publisher)).unwrap();
    assert_eq!(status(&tokens, &sent, Role::Publisher).await, StatusCode::OK);
    fs::write(file.path(), "").unwrap();
    assert_eq!(status(&tokens, &sent, Role::Publisher).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_file_that_breaks_while_serving_makes_every_token_invalid() {
    let file = file(&token(1).line(Role::Publisher));
    let tokens = Tokens::from_file(file.path()).unwrap();
    fs::write(file.path(), format!("{}\nnonsense", token(1).line(Role::Publisher))).unwrap();
    let sent = format!("Bearer {}", token(1).reveal());
    assert_eq!(status(&tokens, &sent, Role::Publisher).await, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn without_a_file_nobody_may_do_anything() {
    let sent = format!("Bearer {}", token(1).reveal());
    assert_eq!(status(&Tokens::none(), &sent, Role::Publisher).await, StatusCode::UNAUTHORIZED);
}

#[test]
fn a_line_that_says_nothing_is_named_by_number_and_not_repeated() {
    let short = "publisher sha256:00";
    for line in ["wfm_secret", "wfm_secret sha256:00", short, "publisher wfm_secret", "publisher"] {
        let broken = file(&format!("# tokens\n{line}\n"));
        let said = Tokens::from_file(broken.path()).unwrap_err().to_string();
        assert!(said.contains(", line 2: ") && !said.contains("wfm_secret"), "{said}");
    }
}

#[test]
fn a_token_is_a_word_that_needs_no_escaping_in_a_url() {
    let token = token(0xab);
    assert!(token.reveal().starts_with("wfm_abab"));
    assert!(token.reveal().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    assert_eq!(token.reveal().len(), 68);
}
