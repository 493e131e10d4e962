//! Authenticates the session of a request's cookies.

use http::request::Parts;

use crate::{
    clerk::Clerk,
    error::{AuthError, ErrorKind, TokenError},
    policy::{Denial, Policy},
    renewal::Renewal,
    request::cookie::{CookieError, SessionCookie, is_plain_read},
    response::reason,
    token::TokenType,
    verify::{Accepted, is_expired},
};

/// The session of the request's cookies; `None` for an anonymous request.
pub(crate) async fn authenticate(
    clerk: &Clerk,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<Accepted>, AuthError> {
    if let Some(renewal) = Renewal::lent(parts, clerk) {
        return authenticate_in_page(&renewal, clerk, parts, policy).await;
    }
    if policy.is_optional() {
        return authenticate_optional(clerk, parts, policy).await;
    }
    authenticate_session(clerk, parts, policy).await
}

async fn authenticate_session(
    clerk: &Clerk,
    parts: &Parts,
    policy: &Policy,
) -> Result<Option<Accepted>, AuthError> {
    let now = clerk.verifier().clock.now();
    let cookie = clerk.cookies().token(&parts.headers, now).map_err(TokenError::from)?;
    let Some(cookie) = cookie else { return Ok(None) };
    cookie.check().map_err(TokenError::from)?;
    clerk.cookies().check_site(parts)?;
    verify(clerk, &cookie, policy).await.map(Some)
}

/// Renews a session before it is rejected. What a handshake can renew is rejected also if the policy
/// admits anonymous requests: the pages around the guard redirect it.
async fn authenticate_in_page(
    renewal: &Renewal,
    clerk: &Clerk,
    parts: &mut Parts,
    policy: &Policy,
) -> Result<Option<Accepted>, AuthError> {
    if let Some(fault) = renewal.sync_first(&parts.headers) {
        return Err(TokenError::from(fault).into());
    }
    let mut session = authenticate_session(clerk, parts, policy).await;
    if let Err(error) = &session
        && renewal.refresh(&mut parts.headers, &error.failure).await
    {
        session = authenticate_session(clerk, parts, policy).await;
    }
    let failure = match &session {
        Ok(Some(_)) => {
            renewal.admitted();
            return session;
        }
        Ok(None) => &ErrorKind::Missing,
        Err(error) => &error.failure,
    };
    if !policy.is_optional() {
        return session;
    }
    if renewal.hands_over(&parts.headers, failure) {
        return session.and_then(|_| Err(ErrorKind::Missing.into()));
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
) -> Result<Option<Accepted>, AuthError> {
    let cookie = clerk.cookies().token(&parts.headers, clerk.verifier().clock.now());
    let only_reads = is_plain_read(parts);
    let ignore = |error: AuthError| {
        log_ignored(&error, policy, only_reads);
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
        let end = cookie.claimed_end().map(|end| end.plus(clerk.verifier().rules.clock_skew));
        if is_expired(end, clerk.verifier().clock.now()) {
            return ignore(TokenError::Expired.into());
        }
    } else {
        clerk.cookies().check_site(parts)?;
    }
    match (verify(clerk, &cookie, policy).await, cookie.check()) {
        (Ok(accepted), Ok(())) => Ok(Some(accepted)),
        (Ok(_), Err(_)) if cookie.is_stale() => Err(TokenError::from(CookieError::Stale).into()),
        (Ok(_), Err(fault)) => ignore(TokenError::from(fault).into()),
        // The token of an expired session was verified up to its times.
        (Err(error), _) if error.is_expired() && !only_reads => Err(error),
        (Err(error), _) if is_about_token(&error) => ignore(error),
        (Err(error), _) => Err(error),
    }
}

/// Pending sessions are told here, so that one makes an optional request anonymous.
async fn verify(
    clerk: &Clerk,
    cookie: &SessionCookie,
    policy: &Policy,
) -> Result<Accepted, AuthError> {
    let accepted = clerk.verifier().verify_session_cookie(cookie.token.as_bytes()).await?;
    let status = policy.check_status(&accepted.identity);
    let token_type = Some(TokenType::SessionToken);
    status.map_err(|denial| AuthError::of_known(denial, token_type))?;
    Ok(accepted)
}

/// Whether the token authenticates no one. A pending session is one that is not signed in yet.
const fn is_about_token(error: &AuthError) -> bool {
    matches!(error.failure, ErrorKind::Token(_) | ErrorKind::Denied(Denial::Pending))
}

/// Visitors of public pages have old cookies every day. A request that may change something, with a
/// token that authenticates no one, is worth a look.
fn log_ignored(error: &AuthError, policy: &Policy, is_usual: bool) {
    let (reason, cause) = (reason::code(error, policy), &error.failure);
    if is_usual {
        tracing::debug!(reason, %cause, "session cookie ignored");
    } else {
        tracing::info!(reason, %cause, "session cookie ignored");
    }
}
