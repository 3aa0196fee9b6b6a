//! The server as a caller sees it: the whole router over a real database, without a socket.

#[cfg(test)]
mod http {
    pub(crate) mod canaries;
    pub(crate) mod launch;
    pub(crate) mod people;
    pub(crate) mod practice;

    mod access;
    mod access_matrix;
    mod applications;
    mod asynchronous;
    mod audit;
    mod audit_events;
    mod authorization;
    mod authorize;
    mod bad_input;
    mod batch;
    mod binary;
    mod bindings;
    mod canary;
    mod capabilities;
    mod chart;
    mod client_registration;
    mod compartments;
    mod compression;
    mod concepts;
    mod conditional;
    mod conditions;
    mod defined;
    mod dpop;
    mod enforced;
    mod explain;
    mod faults;
    mod forged_forms;
    mod front;
    mod graphql;
    mod headers;
    mod history;
    mod in_flight;
    mod includes;
    mod interactions;
    mod invitations;
    mod logos;
    mod negotiation;
    mod openapi;
    mod options;
    mod pages;
    mod paging;
    mod passkeys;
    mod patch;
    mod patient_token;
    mod record;
    mod registrations;
    mod rules;
    mod sandbox;
    mod second_factor;
    mod sign_in;
    mod strangers;
    mod subset;
    mod terminology;
    mod token_family;
    mod transaction;
    mod validate;
    mod whose;
    mod words;
    mod xml;
}
