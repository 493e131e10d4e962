//! Item in, [`Handler`] out: an async free function whose injected parameters are found and taken
//! out of the signature.

pub(crate) mod attribute_order;
pub(crate) mod claims;
pub(crate) mod function;
pub(crate) mod half_typed;
pub(crate) mod injected;
pub(crate) mod misnamed;
pub(crate) mod param_type;
pub(crate) mod parameter;
pub(crate) mod policy_type;
pub(crate) mod qualifiers;
pub(crate) mod server_function;

use std::{collections::HashSet, mem};

use proc_macro2::TokenStream;
use syn::{Attribute, FnArg, PatType, Path, Signature, Type, Visibility, spanned::Spanned};

use crate::{
    errors::Errors,
    handler::{
        attribute_order::check_attribute_order,
        claims::generic_names,
        function::{Body, Function},
        injected::Injected,
        misnamed::check_misnamed,
        parameter::check_parameter,
        policy_type::{PolicyType, check_associated},
        qualifiers::{check_purpose, repair_qualifiers},
        server_function::{Framework, check_method, check_server_order},
    },
    policy::accepts::Accepts,
};

/// axum takes functions of up to 16 extractors as handlers. The guard is one of them.
const MOST_EXTRACTORS: usize = 15;

pub(crate) struct Handler {
    /// The policy type.
    pub(crate) policy: Path,
    /// Whether it stands elsewhere.
    pub(crate) is_shared: bool,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    /// As written, without the injected parameters.
    pub(crate) signature: Signature,
    pub(crate) injected: Vec<Injected>,
    /// Parameters that nothing fills. Empty unless an error was reported.
    pub(crate) unfilled: Vec<PatType>,
    pub(crate) body: Body,
    /// `None` for a handler of axum.
    pub(crate) framework: Option<Framework>,
}

impl Handler {
    /// `None` for what cannot be rewritten. After a smaller mistake: the handler that was probably
    /// meant, so that the one mistake does not cause more errors where the handler is used.
    pub(crate) fn check(
        item: TokenStream,
        accepts: Option<&Accepts>,
        policy: PolicyType,
        errors: &mut Errors,
    ) -> Option<Self> {
        let handler = Self::parse(item, policy, errors)?;
        handler.check_injected(accepts, errors);
        handler.check_generics(errors);
        Some(handler)
    }

    fn parse(item: TokenStream, policy: PolicyType, errors: &mut Errors) -> Option<Self> {
        let function = errors.handle(Function::of(item))?;
        let Function { mut attributes, visibility, mut signature, body, unreadable } = function;
        if let Some(error) = unreadable {
            errors.add(error);
        }
        if let Some(receiver) = signature.receiver() {
            let help = format!("write a free function: `async fn {}`", signature.ident);
            let span = receiver.self_token.span;
            errors.push(span, "a method cannot be guarded", &help);
            return None;
        }
        errors.step(|errors| check_server_order(&signature, &body, errors))?;
        errors.step(|errors| check_purpose(&signature, &body.tokens, errors))?;

        let is_shared = policy.is_shared();
        if !is_shared {
            errors.step(|errors| check_associated(&signature, &body.tokens, errors))?;
        }
        let policy = policy.path(&signature.ident, errors);
        check_method(&mut attributes, &signature.output, errors);
        let framework = Framework::of(&attributes);
        remove_second_guard(&mut attributes, errors);
        repair_qualifiers(&mut signature, errors);
        let injected = take(&mut signature, Injected::of);
        check_attribute_order(&mut attributes, &injected, errors);
        let mut unfilled =
            take(&mut signature, |parameter| check_misnamed(parameter, &injected, errors).cloned());
        if framework.is_none() {
            unfilled.extend(take_overflow(&mut signature, errors));
        }
        Some(Self {
            policy,
            is_shared,
            attributes,
            visibility,
            signature,
            injected,
            unfilled,
            body,
            framework,
        })
    }

    /// Reports injected parameters that the guard cannot fill. Unless it is certain what is accepted,
    /// it is not certain which values there are.
    fn check_injected(&self, accepts: Option<&Accepts>, errors: &mut Errors) {
        let mut seen = HashSet::new();
        for injected in &self.injected {
            check_parameter(injected, accepts, errors);
            // With an attribute, such as `#[cfg(…)]`, only one of the two may exist.
            let is_certain = injected.parameter.attrs.is_empty();
            if is_certain && !seen.insert(injected.value) {
                let name = injected.value.name();
                let message = format!("`{name}` is injected twice");
                let help = format!("remove one `{name}`");
                errors.push(injected.parameter.pat.span(), &message, &help);
            }
        }
    }

    /// Reports a generic parameter that has the policy type's name: the handler would be guarded
    /// by whatever stands for it.
    fn check_generics(&self, errors: &mut Errors) {
        let names = generic_names(&self.signature.generics);
        for same in names.into_iter().filter(|name| self.policy.is_ident(*name)) {
            let message = format!("the generic parameter `{same}` has the name of the policy type");
            errors.push(same.span(), &message, "give the parameter another name");
        }
    }

    /// The user's own type of claims, in an `Option` where a caller can be without.
    pub(crate) fn decoded_claims(&self) -> Option<&Type> {
        let decoded = self.injected.iter().find(|injected| injected.is_decoded())?;
        Some(&decoded.parameter.ty)
    }
}

/// A second guard would define the policy type again.
fn remove_second_guard(attributes: &mut Vec<Attribute>, errors: &mut Errors) {
    attributes.retain(|attribute| {
        let Some(last) = attribute.path().segments.last() else {
            return true;
        };
        let is_guard = last.ident == "clerk_auth";
        if is_guard {
            let message = "`#[clerk_auth]` is written twice on one handler";
            let help = "write every argument in one attribute";
            errors.push(last.ident.span(), message, help);
        }
        !is_guard
    });
}

/// Takes parameters out of the signature.
fn take<T>(signature: &mut Signature, mut taken: impl FnMut(&FnArg) -> Option<T>) -> Vec<T> {
    let mut all = Vec::new();
    let pairs = mem::take(&mut signature.inputs).into_pairs();
    let rest = pairs.filter(|pair| {
        let parameter = taken(pair.value());
        let stays = parameter.is_none();
        all.extend(parameter);
        stays
    });
    signature.inputs = rest.collect();
    all
}

/// Takes out the parameters for which axum has no room.
fn take_overflow(signature: &mut Signature, errors: &mut Errors) -> Vec<PatType> {
    // With `#[cfg(…)]` only rustc can count.
    if signature.inputs.iter().any(is_conditional) {
        return Vec::new();
    }
    let mut room = MOST_EXTRACTORS;
    let overflow = take(signature, |parameter| match parameter {
        FnArg::Typed(parameter) if room == 0 => Some(parameter.clone()),
        _ => {
            room = room.saturating_sub(1);
            None
        }
    });
    if let Some(first) = overflow.first() {
        let message = format!(
            "a guarded handler takes at most {MOST_EXTRACTORS} extractors: axum has room for 16, \
             and the guard is one"
        );
        let help = "gather several into one struct that derives `FromRequestParts`";
        errors.push(first.pat.span(), &message, help);
    }
    overflow
}

fn is_conditional(parameter: &FnArg) -> bool {
    let attributes = match parameter {
        FnArg::Typed(parameter) => &parameter.attrs,
        FnArg::Receiver(receiver) => &receiver.attrs,
    };
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr"))
}
