//! Bytes in, what the parsers make of them out: for the fuzz targets, and in no other build.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, header};

use super::{
    ClaimChecks, Recipient,
    facts::{JwtFacts, OpaqueFacts, RecipientCheck},
    jwt::claims::{m2m, oauth, permissions as bit_maps, session},
    opaque::response,
};
use crate::{
    clock::UnixMillis,
    identity::{Identity, VerifiedToken},
    request::{
        authorization::Credential,
        cookie::{CookieInstance, CookieRules},
    },
    token::{Decoded, Form, Jwt, Token, TokenType, json::Object},
};

/// The time of all targets, in milliseconds.
pub const NOW: i64 = 1_800_000_030_000;

/// What an identity says of a caller.
#[derive(Debug, PartialEq, Eq)]
pub struct VerifiedCaller {
    pub token_type: TokenType,
    pub subject: String,
    pub scopes: Vec<String>,
    pub permissions: Vec<String>,
}

fn fields(name: &header::HeaderName, values: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values.iter().filter_map(|value| HeaderValue::from_bytes(value).ok()) {
        headers.append(name, value);
    }
    headers
}

/// The token that the `Authorization` fields present.
pub fn authorization(values: &[&[u8]]) -> Result<Option<String>, ()> {
    match Credential::read(&fields(&header::AUTHORIZATION, values)) {
        Ok(Credential::Bearer { token, .. }) => {
            Ok(Some(String::from_utf8(token.to_vec()).expect("visible ASCII")))
        }
        Ok(Credential::None) => Ok(None),
        Err(_) => Err(()),
    }
}

/// The session token of the cookies.
pub fn cookie(values: &[&[u8]], production: bool) -> Result<Option<String>, ()> {
    let host = "clerk.example.com".to_owned();
    let key = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
    let instance = Some(CookieInstance::new(key, host, production));
    let rules = CookieRules { instance, ..CookieRules::default() };
    let cookie = rules.token(&fields(&header::COOKIE, values), UnixMillis(NOW)).map_err(|_| ())?;
    Ok(cookie.map(|cookie| cookie.token))
}

/// What a token claims to be, and the text that its decoded parts have.
pub fn token(text: &[u8]) -> Option<(TokenType, Option<String>)> {
    let decoded = Decoded::from_text(text).ok()?;
    let token = Token::classify(&decoded).ok()?;
    let presented = token.presented();
    let (Token::SessionJwt(jwt) | Token::OAuthJwt(jwt) | Token::M2mJwt(jwt)) = &token else {
        assert!(presented.form == Form::Opaque);
        return Some((presented.token_type, None));
    };
    let signed = std::str::from_utf8(jwt.signed).ok()?;
    let (header, _) = signed.split_once('.')?;
    let payload = URL_SAFE_NO_PAD.encode(jwt.payload_json);
    let signature = URL_SAFE_NO_PAD.encode(jwt.signature);
    Some((presented.token_type, Some(format!("{header}.{payload}.{signature}"))))
}

fn rules() -> ClaimChecks {
    ClaimChecks {
        clock_skew: 5000,
        issuers: vec!["https://clerk.example.com".into()],
        audience: Vec::new(),
        session_audience: Vec::new(),
        authorized_parties: Vec::new(),
        parties_for_cookies_only: false,
        recipient: Recipient::Machine("mch_us".into()),
    }
}

fn caller(identity: &Identity) -> VerifiedCaller {
    let permissions = match identity {
        Identity::Session(token) => {
            let organization = token.organization();
            organization.map(|it| it.permissions().map(Into::into).collect()).unwrap_or_default()
        }
        _ => Vec::new(),
    };
    VerifiedCaller {
        token_type: identity.token_type(),
        subject: identity.subject().to_string(),
        scopes: identity
            .maybe_scopes()
            .map(|scopes| scopes.iter().map(Into::into).collect())
            .unwrap_or_default(),
        permissions,
    }
}

/// The caller of a payload that a signature vouched for.
pub fn claims(class: TokenType, payload: &[u8]) -> Option<VerifiedCaller> {
    let jwt = Jwt {
        header: Object::parse(b"{}").ok()?,
        payload: Object::parse(payload).ok()?,
        payload_json: std::str::from_utf8(payload).ok()?,
        signed: b"",
        signature: b"",
    };
    let facts = match class {
        TokenType::SessionToken => JwtFacts::Session(session::from_jwt(&jwt).ok()?),
        TokenType::OAuthToken => JwtFacts::OAuth(oauth::from_jwt(&jwt).ok()?),
        TokenType::M2mToken => JwtFacts::M2m(m2m::from_jwt(&jwt).ok()?),
        TokenType::ApiKey => return None,
    };
    Some(caller(&facts.check(&rules(), UnixMillis(NOW)).ok()?.identity))
}

/// The permissions of a feature list, a permission list and the bit maps.
pub fn permissions(features: &str, names: &str, masks: &str) -> Option<Vec<String>> {
    let decoded = bit_maps::decode(features, names, masks)?;
    Some(decoded.into_iter().map(Into::into).collect())
}

/// The caller of Clerk's answer about an opaque token.
pub fn answer(class: TokenType, body: &[u8]) -> Option<VerifiedCaller> {
    let answer = Object::parse(body).ok()?;
    let facts = match class {
        TokenType::OAuthToken => OpaqueFacts::OAuth(response::oauth::from_response(&answer).ok()?),
        TokenType::M2mToken => {
            let check = RecipientCheck::Ours;
            OpaqueFacts::M2m(response::m2m::from_response(&answer, check).ok()?)
        }
        TokenType::ApiKey => OpaqueFacts::ApiKey(response::api_key::from_response(&answer).ok()?),
        TokenType::SessionToken => return None,
    };
    Some(caller(&facts.check(&rules(), UnixMillis(NOW)).ok()?.identity))
}
