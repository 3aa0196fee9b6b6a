//! Pages for people: one template each, a script only where a page cannot do without, nothing from
//! elsewhere.

mod account;
mod api;
mod applications;
mod assets;
mod chart;
mod connected;
mod consent;
mod dashboard;
mod docs;
mod failed;
mod forgot_password;
mod health;
mod home;
mod logo;
mod lost;
mod new_password;
mod number;
mod page;
mod passkey_sign_in;
mod passkeys;
mod password;
mod people;
mod proof;
mod record_access;
mod registration;
mod registrations;
mod sandbox;
mod second_step;
mod security;
mod sign_in;
mod site;
mod visitor;

pub(crate) use account::{account, sign_out_elsewhere};
pub(crate) use api::api;
pub(crate) use applications::{
    application, applications, change_application, change_logo, delete_application,
    edit_application, new_application, register_application, rotate_application,
    switch_application,
};
pub(crate) use assets::{SCRIPT, asset};
pub(crate) use chart::{chart, chart_search, launch};
pub(crate) use connected::{connected_apps, disconnect};
pub(crate) use consent::{choose_patient, consent_form, decide, not_asked, patient_form};
pub(crate) use dashboard::{dashboard, to_dashboard};
pub(crate) use docs::{docs_index, docs_of_type};
pub(crate) use failed::failed;
pub(crate) use forgot_password::{forgot_password, forgot_password_form};
pub(crate) use health::health;
pub(crate) use home::home;
pub(crate) use logo::logo;
pub(crate) use new_password::{choose_password, new_password_form};
pub(crate) use passkey_sign_in::{ask_for_passkey, sign_in_with_passkey};
pub(crate) use passkeys::{add_passkey, make_passkey, passkey_form, remove_passkey};
pub(crate) use password::{change_password, password_form};
pub(crate) use people::{
    add_person, invite_person, new_person, people, person, reset_second_factor, set_patients,
    switch_person,
};
pub(crate) use record_access::record_access;
pub(crate) use registration::{
    collect_secret, registration_form, registration_status, submit_registration,
};
pub(crate) use registrations::{
    approve_registration, deny_registration, make_registration, registration, registrations,
    withdraw_registration,
};
pub(crate) use sandbox::sandbox_token;
pub(crate) use second_step::sign_in_with_code;
pub(crate) use security::{security, set_up_form, turn_off, turn_on};
pub(crate) use sign_in::{sign_in, sign_in_form, sign_out};

/// The version shown at the foot of every page.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
