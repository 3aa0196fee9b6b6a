//! One handler per interaction: extract, call the service, render.

mod allergen;
mod asynchronous;
mod bundle;
mod capabilities;
mod create;
mod delete;
mod explained;
mod file;
mod graphql;
mod history;
mod meta;
mod openapi;
mod operation;
mod patch;
mod read;
mod record;
mod search;
mod search_types;
mod set;
mod shown;
mod update;
mod validate;
mod vread;
mod written;

pub(crate) use allergen::{allergen, allergens, allergens_by_form};
pub(crate) use asynchronous::{async_answer, async_cancel};
pub(crate) use bundle::bundle;
pub(crate) use capabilities::capabilities;
pub(crate) use create::create;
pub(crate) use delete::{delete, delete_matching};
pub(crate) use file::{file, file_address};
pub(crate) use graphql::{graphql_of_resource, graphql_of_system};
pub(crate) use history::{history, history_of_system, history_of_type};
pub(crate) use meta::{meta, meta_add, meta_delete};
pub(crate) use openapi::openapi_document;
pub(crate) use operation::{
    expand, lookup, subsumes, translate, validate_code_of_code_system, validate_code_of_value_set,
};
pub(crate) use patch::{patch, patch_matching};
pub(crate) use read::read;
pub(crate) use record::{docref, encounter_everything, lastn, match_patient, patient_everything};
pub(crate) use search::{search, search_by_form};
pub(crate) use search_types::{
    search_compartment, search_compartment_by_form, search_system, search_system_by_form,
};
pub(crate) use set::{create_lab_report, send_reset_password_email};
pub(crate) use update::{update, update_matching};
pub(crate) use validate::validate;
pub(crate) use vread::vread;
