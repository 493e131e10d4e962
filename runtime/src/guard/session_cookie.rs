//! Cookies in, the session that they authenticate out.

use http::request::Parts;

use crate::{
    clerk::Clerk,
    error::{AuthError, ErrorKind, TokenError},
    identity::Identity,
    policy::Policy,
    renewal::Renewal,
    request::cookie::{CookieError, SessionCookie, is_plain_read},
    response::reason,
    token::TokenType,
    verify::is_expired,
};

/// A verified session and the cookie that held its token.
type CookieSession = (Identity, SessionCookie);

/// The session of the request's cookies, and its token; `None` for an anonymous request.
pub(crate) async fn authenticate(
    clerk: &Clerk,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<CookieSession>, AuthError> {
    if let Some(renewal) = Renewal::lent(parts, clerk) {
        return authenticate_in_page(&renewal, clerk, parts, policy).await;
    }
    if policy.is_optional() {
        return authenticate_optional(clerk, parts, policy).await;
    }
    authenticate_session(clerk, parts).await
}

async fn authenticate_session(
    clerk: &Clerk,
    parts: &Parts,
) -> Result<Option<CookieSession>, AuthError> {
    let now = clerk.verifier().clock.now();
    let cookie = clerk.cookies().token(&parts.headers, now).map_err(TokenError::from)?;
    let Some(cookie) = cookie else { return Ok(None) };
    cookie.check().map_err(TokenError::from)?;
    clerk.cookies().check_site(parts)?;
    let identity = verify(clerk, &cookie).await?;
    Ok(Some((identity, cookie)))
}

/// Renews a session before it is rejected. What a handshake can renew is rejected also if the policy
/// admits anonymous requests: the pages around the guard redirect it.
async fn authenticate_in_page(
    renewal: &Renewal,
    clerk: &Clerk,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<CookieSession>, AuthError> {
    if let Some(fault) = renewal.sync_first(&parts.headers) {
        return Err(TokenError::from(fault).into());
    }
    let mut session = authenticate_session(clerk, parts).await;
    if let Err(refused) = &session
        && renewal.refresh(&mut parts.headers, &refused.failure).await
    {
        session = authenticate_session(clerk, parts).await;
    }
    let failure = match &session {
        Ok(Some(_)) => return session,
        Ok(None) => &ErrorKind::Missing,
        Err(refused) => &refused.failure,
    };
    if !policy.is_optional() {
        return session;
    }
    if renewal.hands_over(&parts.headers, failure) {
        return Err(failure.clone().into());
    }
    authenticate_optional(clerk, parts, policy).await
}

/// The browser sends cookies, not the caller. So a cookie that does not authenticate makes a
/// request that only reads anonymous. Any other request stays rejected if the cookie shows that
/// the user believes to be signed in.
async fn authenticate_optional(
    clerk: &Clerk,
    parts: &Parts,
    policy: &Policy,
) -> Result<Option<CookieSession>, AuthError> {
    let cookie = clerk.cookies().token(&parts.headers, clerk.verifier().clock.now());
    let only_reads = is_plain_read(parts);
    let ignore = |refused: AuthError| {
        log_ignored(&refused, policy, only_reads);
        Ok(None)
    };
    let cookie = match cookie {
        Ok(Some(cookie)) => cookie,
        Ok(None) => return Ok(None),
        Err(fault) => {
            log_ignored(&TokenError::from(fault).into(), policy, true);
            return Ok(None);
        }
    };
    if only_reads {
        // Known without a key, so an outage cannot reject the visitor of a public page.
        if let Err(fault) = cookie.check() {
            return ignore(TokenError::from(fault).into());
        }
        let end = cookie.claimed_end().map(|end| clerk.verifier().rules.accepts_until(end));
        if is_expired(end, clerk.verifier().clock.now()) {
            return ignore(TokenError::Expired.into());
        }
    } else {
        clerk.cookies().check_site(parts)?;
    }
    match (verify(clerk, &cookie).await, cookie.check()) {
        (Ok(identity), Ok(())) => Ok(Some((identity, cookie))),
        (Ok(_), Err(_)) if cookie.is_stale() => Err(TokenError::from(CookieError::Stale).into()),
        (Ok(_), Err(fault)) => ignore(TokenError::from(fault).into()),
        // The token of an expired session was verified up to its times.
        (Err(refused), _) if refused.is_expired() && !only_reads => Err(refused),
        (Err(refused), _) if matches!(refused.failure, ErrorKind::Token(_)) => ignore(refused),
        (Err(refused), _) => Err(refused),
    }
}

/// No other class of token is read from a cookie, whatever the policy accepts.
async fn verify(clerk: &Clerk, cookie: &SessionCookie) -> Result<Identity, AuthError> {
    let accepts = |token_type| token_type == TokenType::SessionToken;
    clerk.verifier().verify(cookie.token.as_bytes(), accepts).await
}

/// Visitors of public pages have old cookies every day. A request that may change something, with a
/// token that authenticates no one, is worth a look.
fn log_ignored(refused: &AuthError, policy: &Policy, is_usual: bool) {
    let (reason, cause) = (reason::code(refused, policy), &refused.failure);
    if is_usual {
        tracing::debug!(reason, %cause, "session cookie ignored");
    } else {
        tracing::info!(reason, %cause, "session cookie ignored");
    }
}
