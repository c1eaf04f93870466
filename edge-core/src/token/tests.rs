//! Every attack on an identity token and the code it gets; and the tokens that must pass.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::ErrorCode::{self, *};
use jwt_compact::alg::{self, Hs256, Hs256Key, SigningKey as _, VerifyingKey as _};
use jwt_compact::{Algorithm, AlgorithmExt as _, UntrustedToken};
use serde_json::{Map, Value, json};

use super::*;
use crate::testing::ED25519;

const NOW: u64 = 1_800_000_000;
const OLD_KEY: &str = "old-shared-key-0123456789abcdef0";
const NEW_KEY: &str = "new-shared-key-0123456789abcdef0";
/// Key pair of RFC 8037, appendix A.
const ED_PRIVATE: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const ED_PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn keys() -> TokenKeys {
    TokenKeys::new(vec![
        TokenKey::hs256("old", &Secret::new(OLD_KEY)),
        TokenKey::hs256("new", &Secret::new(NEW_KEY)),
        TokenKey::eddsa("ed", &Ed25519Key::parse(ED_PUBLIC).unwrap(), ED25519).unwrap(),
    ])
}

fn claims() -> Value {
    json!({
        "v": 1, "aud": "https://edge.example", "prj": "demo-shop", "sub": "customer:c-1", "cart": "cart-1",
        "store": "de", "iat": NOW, "exp": NOW + 300, "jti": "j-1",
    })
}

fn with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

fn encode(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A token with this header and these claims, signed by HMAC with this key whatever the header says.
fn signed(header: &Value, claims: &Value, key: &[u8]) -> String {
    let text = format!("{}.{}", encode(header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(hmac(key, &text));
    format!("{text}.{signature}")
}

fn header(alg: &str, kid: &str) -> Value {
    json!({ "alg": alg, "typ": "JWT", "kid": kid })
}

fn hs256(claims: &Value) -> String {
    signed(&header("HS256", "new"), claims, NEW_KEY.as_bytes())
}

fn eddsa(claims: &Value) -> String {
    type Key = <alg::Ed25519 as Algorithm>::SigningKey;
    let seed = URL_SAFE_NO_PAD.decode(ED_PRIVATE).unwrap();
    let public = URL_SAFE_NO_PAD.decode(ED_PUBLIC).unwrap();
    // dalek's key pair form is the seed followed by the public key.
    let key = Key::from_slice(&[seed, public].concat()).unwrap();
    let text = format!("{}.{}", encode(&header("EdDSA", "ed")), encode(claims));
    let signature = alg::Ed25519.sign(&key, text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn check(token: &str, now: u64) -> Result<ProvenSubject, ErrorCode> {
    let purpose = Purpose { audience: "https://edge.example", project_key: "demo-shop", store: "de" };
    let proven = verify(token, &keys(), purpose, now);
    assert!(proven.is_err() || is_signed_for_jwt_compact(token), "jwt-compact refuses {token}");
    proven
}

/// What a well-kept library says of form and signature.
fn is_signed_for_jwt_compact(token: &str) -> bool {
    let Ok(token) = UntrustedToken::new(token) else { return false };
    let public = URL_SAFE_NO_PAD.decode(ED_PUBLIC).unwrap();
    match token.header().key_id.as_deref() {
        Some("old") => {
            Hs256.validator::<Map<String, Value>>(&Hs256Key::new(OLD_KEY)).validate(&token).is_ok()
        }
        Some("new") => {
            Hs256.validator::<Map<String, Value>>(&Hs256Key::new(NEW_KEY)).validate(&token).is_ok()
        }
        _ => {
            let key = <alg::Ed25519 as Algorithm>::VerifyingKey::from_slice(&public).unwrap();
            alg::Ed25519.validator::<Map<String, Value>>(&key).validate(&token).is_ok()
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn good_tokens_name_their_subject() {
    let customer = || Subject::Customer("c-1".to_owned());
    let cases: Vec<(&str, String, u64, Subject, Option<&str>)> = vec![
        ("new key", hs256(&claims()), NOW, customer(), Some("cart-1")),
        (
            "old key",
            signed(&header("HS256", "old"), &claims(), OLD_KEY.as_bytes()),
            NOW,
            customer(),
            Some("cart-1"),
        ),
        ("EdDSA", eddsa(&claims()), NOW, customer(), Some("cart-1")),
        (
            "no cart, no store",
            hs256(&json!({
                "v": 1, "aud": "https://edge.example", "prj": "demo-shop", "sub": "customer:c-1",
                "iat": NOW, "exp": NOW + 900, "jti": "j",
            })),
            NOW,
            customer(),
            None,
        ),
        (
            "anonymous",
            hs256(&with(json!({"sub": "anon:a.b:c/1"}))),
            NOW,
            Subject::Anonymous("a.b:c/1".to_owned()),
            Some("cart-1"),
        ),
        ("guest", hs256(&with(json!({"sub": "guest"}))), NOW, Subject::Guest, Some("cart-1")),
        (
            "one of several audiences",
            hs256(&with(json!({"aud": ["https://api.example", "https://edge.example"]}))),
            NOW,
            customer(),
            Some("cart-1"),
        ),
        (
            "no typ, as some libraries have it",
            signed(&json!({"alg": "HS256", "kid": "new"}), &claims(), NEW_KEY.as_bytes()),
            NOW,
            customer(),
            Some("cart-1"),
        ),
        (
            "typ in small letters",
            signed(&json!({"alg": "HS256", "typ": "jwt", "kid": "new"}), &claims(), NEW_KEY.as_bytes()),
            NOW,
            customer(),
            Some("cart-1"),
        ),
        ("issuer's clock is ahead by the skew", hs256(&claims()), NOW - 30, customer(), Some("cart-1")),
        ("last second of the skew", hs256(&claims()), NOW + 329, customer(), Some("cart-1")),
        (
            "times with a fraction",
            hs256(&with(json!({"iat": NOW as f64 + 0.5, "exp": NOW as f64 + 300.5}))),
            NOW,
            customer(),
            Some("cart-1"),
        ),
        (
            "unknown claims are ignored",
            hs256(&with(json!({"extra": {"a": 1}}))),
            NOW,
            customer(),
            Some("cart-1"),
        ),
    ];
    for (name, token, now, subject, cart) in cases {
        let proven = check(&token, now).unwrap_or_else(|code| panic!("{name}: {code:?}"));
        assert_eq!(proven.subject(), &subject, "{name}");
        assert_eq!(proven.cart(), cart, "{name}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn every_attack_on_the_envelope_gets_its_code() {
    let good = hs256(&claims());
    let parts: Vec<&str> = good.split('.').collect();
    let (head, body, signature) = (parts[0], parts[1], parts[2]);
    let ed_public = URL_SAFE_NO_PAD.decode(ED_PUBLIC).unwrap();
    let cases: Vec<(&str, String, ErrorCode)> = vec![
        ("nothing", String::new(), TokenMalformed),
        ("no token", "hello".to_owned(), TokenMalformed),
        ("two parts", format!("{head}.{body}"), TokenMalformed),
        ("four parts", format!("{good}.x"), TokenMalformed),
        ("not base64", format!("{head}.{body}.§§"), TokenMalformed),
        ("standard base64 padding", format!("{head}.{body}.{signature}="), TokenMalformed),
        ("header is no JSON", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("{")), TokenMalformed),
        (
            "type of another kind of token",
            signed(&json!({"alg": "HS256", "typ": "at+jwt", "kid": "new"}), &claims(), NEW_KEY.as_bytes()),
            TokenMalformed,
        ),
        (
            "no kid",
            signed(&json!({"alg": "HS256", "typ": "JWT"}), &claims(), NEW_KEY.as_bytes()),
            TokenMalformed,
        ),
        (
            "no alg",
            signed(&json!({"typ": "JWT", "kid": "new"}), &claims(), NEW_KEY.as_bytes()),
            TokenMalformed,
        ),
        (
            "critical extension",
            signed(
                &json!({"alg": "HS256", "typ": "JWT", "kid": "new", "crit": ["b64"]}),
                &claims(),
                NEW_KEY.as_bytes(),
            ),
            TokenMalformed,
        ),
        (
            "critical extensions that are null",
            signed(
                &json!({"alg": "HS256", "typ": "JWT", "kid": "new", "crit": null}),
                &claims(),
                NEW_KEY.as_bytes(),
            ),
            TokenMalformed,
        ),
        ("kid of nobody", signed(&header("HS256", "other"), &claims(), NEW_KEY.as_bytes()), TokenKeyUnknown),
        ("kid as a path", signed(&header("HS256", "../new"), &claims(), NEW_KEY.as_bytes()), TokenKeyUnknown),
        ("alg none, no signature", format!("{}.{body}.", encode(&header("none", "new"))), TokenAlgorithm),
        ("alg None", format!("{}.{body}.{signature}", encode(&header("None", "new"))), TokenAlgorithm),
        ("alg hs256", signed(&header("hs256", "new"), &claims(), NEW_KEY.as_bytes()), TokenAlgorithm),
        ("alg HS512", signed(&header("HS512", "new"), &claims(), NEW_KEY.as_bytes()), TokenAlgorithm),
        ("alg RS256", signed(&header("RS256", "new"), &claims(), NEW_KEY.as_bytes()), TokenAlgorithm),
        (
            "HMAC keyed with the public key",
            signed(&header("HS256", "ed"), &claims(), &ed_public),
            TokenAlgorithm,
        ),
        (
            "EdDSA header over an HMAC key",
            signed(&header("EdDSA", "new"), &claims(), NEW_KEY.as_bytes()),
            TokenAlgorithm,
        ),
        (
            "EdDSA header with an HMAC signature",
            signed(&header("EdDSA", "ed"), &claims(), &ed_public),
            TokenSignature,
        ),
        (
            "signed with the other key",
            signed(&header("HS256", "new"), &claims(), OLD_KEY.as_bytes()),
            TokenSignature,
        ),
        ("no signature", format!("{head}.{body}."), TokenSignature),
        ("short signature", format!("{head}.{body}.{}", &signature[..40]), TokenSignature),
        (
            "claims of another token",
            format!("{head}.{}.{signature}", encode(&with(json!({"sub": "customer:c-2"})))),
            TokenSignature,
        ),
        ("claims are no JSON", signed_text(&header("HS256", "new"), "{", NEW_KEY.as_bytes()), TokenMalformed),
        ("too large", format!("{good}{}", "a".repeat(MAX_TOKEN_BYTES)), TokenTooLarge),
    ];
    for (name, token, code) in cases {
        assert_eq!(check(&token, NOW), Err(code), "{name}");
    }
}

fn signed_text(header: &Value, claims: &str, key: &[u8]) -> String {
    let text = format!("{}.{}", encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(hmac(key, &text));
    format!("{text}.{signature}")
}

#[test]
fn every_wrong_claim_gets_its_code() {
    let cases: Vec<(&str, Value, u64, ErrorCode)> = vec![
        ("expired", claims(), NOW + 330, TokenExpired),
        ("long expired", claims(), NOW + 86_400, TokenExpired),
        ("from the future", claims(), NOW - 31, TokenNotYetValid),
        ("not before", with(json!({"nbf": NOW + 31})), NOW, TokenNotYetValid),
        ("lives too long", with(json!({"exp": NOW + 901})), NOW, TokenLifetime),
        ("lives forever", with(json!({"exp": 253_402_300_000_u64})), NOW, TokenLifetime),
        ("ends before it starts", with(json!({"exp": NOW - 1})), NOW, TokenLifetime),
        ("no exp", without("exp"), NOW, TokenMalformed),
        ("no iat", without("iat"), NOW, TokenMalformed),
        ("exp as text", with(json!({"exp": "soon"})), NOW, TokenMalformed),
        ("exp beyond times", with(json!({"exp": 1e300})), NOW, TokenMalformed),
        ("iat long before times", with(json!({"iat": -1e300})), NOW, TokenMalformed),
        ("nbf beyond times", with(json!({"nbf": u64::MAX})), NOW, TokenMalformed),
        ("no jti", without("jti"), NOW, TokenMalformed),
        ("empty jti", with(json!({"jti": ""})), NOW, TokenMalformed),
        ("huge jti", with(json!({"jti": "j".repeat(101)})), NOW, TokenMalformed),
        ("other version", with(json!({"v": 2})), NOW, TokenMalformed),
        ("no version", without("v"), NOW, TokenMalformed),
        ("other audience", with(json!({"aud": "https://edge.example.evil"})), NOW, TokenAudience),
        ("no audience", without("aud"), NOW, TokenMalformed),
        ("audience of nobody", with(json!({"aud": []})), NOW, TokenAudience),
        ("audiences of others", with(json!({"aud": ["https://a.example", "edge"]})), NOW, TokenAudience),
        ("audience that is no text", with(json!({"aud": ["https://edge.example", 1]})), NOW, TokenMalformed),
        ("audience as a number", with(json!({"aud": 1})), NOW, TokenMalformed),
        ("other project", with(json!({"prj": "demo-shop-2"})), NOW, TokenProject),
        ("other store", with(json!({"store": "uk"})), NOW, TokenStore),
        ("no subject", without("sub"), NOW, TokenMalformed),
        ("bare id", with(json!({"sub": "c-1"})), NOW, TokenMalformed),
        ("empty id", with(json!({"sub": "customer:"})), NOW, TokenMalformed),
        ("id with a path", with(json!({"sub": "customer:../carts"})), NOW, TokenMalformed),
        ("id with a line feed", with(json!({"sub": "anon:a\nb"})), NOW, TokenMalformed),
        ("look-alike prefix", with(json!({"sub": "Customer:c-1"})), NOW, TokenMalformed),
        ("subject list", with(json!({"sub": ["customer:c-1"]})), NOW, TokenMalformed),
        ("cart with a path", with(json!({"cart": "a/b"})), NOW, TokenMalformed),
    ];
    for (name, claims, now, code) in &cases {
        assert_eq!(check(&hs256(claims), *now), Err(*code), "{name}");
        assert_eq!(check(&eddsa(claims), *now), Err(*code), "{name}, EdDSA");
    }
}

#[test]
fn one_flipped_bit_is_refused() {
    for token in [hs256(&claims()), eddsa(&claims())] {
        for position in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[position] ^= 1;
            let Ok(flipped) = String::from_utf8(bytes) else { continue };
            assert!(check(&flipped, NOW).is_err(), "byte {position} of {token}");
        }
    }
}

#[test]
fn a_duplicate_claim_is_refused() {
    let text = claims().to_string().replacen('{', "{\"sub\":\"customer:c-2\",", 1);
    let token = signed_text(&header("HS256", "new"), &text, NEW_KEY.as_bytes());
    assert_eq!(check(&token, NOW), Err(TokenMalformed));
}

#[test]
fn keys_do_not_print_themselves() {
    let printed = format!("{:?}", keys());
    assert!(!printed.contains(NEW_KEY) && !printed.contains("110, 101, 119"), "{printed}");
}
