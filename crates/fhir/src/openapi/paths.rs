//! What can be asked at each address.

use cresset_definitions::{ResourceType, SearchParameter, r4};
use cresset_rules::{Interaction, RuleSet};
use cresset_search::Defined;
use serde_json::{Map, Value, json};

use super::components::{of_search, reference};
use crate::capabilities::is_searchable;
use crate::capabilities::operations::{self, Methods as Called, Operation};

/// Operations by method, of one address.
type Methods = Map<String, Value>;

/// An address with what can be asked there, left out when that is nothing.
fn put(paths: &mut Map<String, Value>, path: String, parameters: &[&str], methods: Methods) {
    if methods.is_empty() {
        return;
    }
    let mut item = methods;
    if !parameters.is_empty() {
        let parameters: Vec<Value> = parameters.iter().map(|name| reference(name)).collect();
        item.insert("parameters".to_owned(), parameters.into());
    }
    paths.insert(path, Value::Object(item));
}

/// What belongs to no type.
pub(super) fn of_system(paths: &mut Map<String, Value>) {
    let mut metadata = call(
        "What this server can do",
        None,
        ("200", "resource"),
        Vec::new(),
    );
    if let Some(members) = metadata.as_object_mut() {
        members.insert("security".to_owned(), json!([]));
    }
    put(paths, "/metadata".to_owned(), &[], one("get", metadata));
    let transaction = later(with_body(call(
        "A Bundle of changes",
        None,
        ("200", "bundle"),
        Vec::new(),
    )));
    put(paths, "/".to_owned(), &[], one("post", transaction));
    let about = "Ask for what is needed of several resources";
    let query = call(about, None, ("200", "answer"), of_query());
    put(paths, "/$graphql".to_owned(), &[], one("get", query));
    let about = "The answer to a request that nobody waited for, or how far it is";
    let mut answer = call(about, None, ("200", "bundle"), Vec::new());
    add_response(&mut answer, ("202", "under-way"));
    let mut asynchronous = one("get", answer);
    let about = "Give up such a request, and its answer";
    let cancel = call(about, None, ("202", "nothing"), Vec::new());
    asynchronous.insert("delete".to_owned(), cancel);
    put(paths, "/_async/{job}".to_owned(), &["job"], asynchronous);
}

/// What may be asked for with `respond-async`.
fn later(mut operation: Value) -> Value {
    let preference = reference("respond-async");
    if let Some(members) = operation.as_object_mut() {
        let parameters = members.entry("parameters").or_insert_with(|| json!([]));
        if let Some(parameters) = parameters.as_array_mut() {
            parameters.push(preference);
        }
    }
    add_response(&mut operation, ("202", "taken"));
    operation
}

fn add_response(operation: &mut Value, (status, form): (&str, &str)) {
    let responses = operation.get_mut("responses");
    if let Some(responses) = responses.and_then(Value::as_object_mut) {
        responses.insert(status.to_owned(), response(form));
    }
}

fn response(name: &str) -> Value {
    json!({ "$ref": format!("#/components/responses/{name}") })
}

/// Everything of one type.
pub(super) fn of_type(
    of: ResourceType,
    (rules, defined): (&RuleSet, &Defined),
    paths: &mut Map<String, Value>,
) {
    let offered = rules.interactions(of);
    let is = |interaction| offered.contains(interaction);
    let tag = Some(of.name());
    let mut type_level = Methods::new();
    if is(Interaction::Search) {
        let mut parameters = searched(of, defined);
        parameters.extend(of_search());
        let search = call(&format!("Search {of}"), tag, ("200", "bundle"), parameters);
        type_level.insert("get".to_owned(), later(search));
        let by_form = with_form(call(
            &format!("Search {of} by a form"),
            tag,
            ("200", "bundle"),
            Vec::new(),
        ));
        let path = format!("/{of}/_search");
        put(paths, path, &[], one("post", later(by_form)));
    }
    if is(Interaction::Create) {
        let create = with_body(call(
            &format!("Create a {of}"),
            tag,
            ("201", "resource"),
            named(&["Prefer"]),
        ));
        type_level.insert("post".to_owned(), create);
    }
    put(paths, format!("/{of}"), &[], type_level);
    put(
        paths,
        format!("/{of}/{{id}}"),
        &["id"],
        of_resource(of, &is),
    );
    if is(Interaction::HistoryInstance) {
        let history = call(
            &format!("The versions of a {of}"),
            tag,
            ("200", "bundle"),
            named(&["_count"]),
        );
        put(
            paths,
            format!("/{of}/{{id}}/_history"),
            &["id"],
            one("get", history),
        );
    }
    if is(Interaction::Vread) {
        let vread = call(
            &format!("A version of a {of}"),
            tag,
            ("200", "resource"),
            named(&["_summary", "_elements"]),
        );
        let path = format!("/{of}/{{id}}/_history/{{version}}");
        put(paths, path, &["id", "version"], one("get", vread));
    }
    if is(Interaction::Read) {
        for operation in operations::of_type(of, rules) {
            of_operation(of, &operation, paths);
        }
    }
}

fn of_resource(of: ResourceType, is: &impl Fn(Interaction) -> bool) -> Methods {
    let tag = Some(of.name());
    let written = named(&["If-Match", "Prefer"]);
    let mut methods = Methods::new();
    if is(Interaction::Read) {
        let parameters = named(&[
            "If-None-Match",
            "_summary",
            "_elements",
            "_format",
            "_pretty",
        ]);
        let read = call(
            &format!("Read a {of}"),
            tag,
            ("200", "resource"),
            parameters,
        );
        methods.insert("get".to_owned(), read);
    }
    if is(Interaction::Update) {
        let update = with_body(call(
            &format!("Update a {of}"),
            tag,
            ("200", "resource"),
            written.clone(),
        ));
        methods.insert("put".to_owned(), update);
    }
    if is(Interaction::Patch) {
        let patch = with_patch(call(
            &format!("Patch a {of}"),
            tag,
            ("200", "resource"),
            written,
        ));
        methods.insert("patch".to_owned(), patch);
    }
    if is(Interaction::Delete) {
        let delete = call(
            &format!("Delete a {of}"),
            tag,
            ("204", "nothing"),
            named(&["If-Match"]),
        );
        methods.insert("delete".to_owned(), delete);
    }
    methods
}

fn of_operation(of: ResourceType, operation: &Operation, paths: &mut Map<String, Value>) {
    let about = operation.about;
    let parameters = || match operation.name {
        name if name == operations::GRAPHQL.name => of_query(),
        _ => Vec::new(),
    };
    let ask = || {
        let ask = call(about, Some(of.name()), ("200", "answer"), parameters());
        if operations::may_be_long(operation.name) {
            later(ask)
        } else {
            ask
        }
    };
    let methods = |called: Called| {
        let mut methods = Methods::new();
        if called != Called::Post {
            methods.insert("get".to_owned(), ask());
        }
        if called != Called::Get {
            methods.insert("post".to_owned(), with_body(ask()));
        }
        methods
    };
    let name = operation.name;
    if let Some(called) = operation.of_type {
        put(paths, format!("/{of}/${name}"), &[], methods(called));
    }
    if let Some(called) = operation.of_resource {
        let path = format!("/{of}/{{id}}/${name}");
        put(paths, path, &["id"], methods(called));
    }
}

/// What `$graphql` takes in a URL.
fn of_query() -> Vec<Value> {
    let query = json!({ "name": "query", "in": "query", "required": true, "description": "For example {PatientList(name:\"lee\"){id}}", "schema": { "type": "string" } });
    vec![query]
}

/// The search parameters of a type.
fn searched(of: ResourceType, defined: &Defined) -> Vec<Value> {
    let own = r4().search_parameters_of(of).iter();
    let parameters = own.chain(defined.parameters_of(of));
    // The expression of a practice's own is not for everybody.
    let about = |p: &SearchParameter| {
        if r4().is_defined(p.ix) {
            p.url
        } else {
            p.expression
        }
    };
    let shown = |p: &SearchParameter| json!({ "name": p.code, "in": "query", "description": about(p), "schema": { "type": "string" } });
    parameters.filter(|p| is_searchable(p)).map(shown).collect()
}

fn named(names: &[&str]) -> Vec<Value> {
    names.iter().map(|name| reference(name)).collect()
}

fn one(method: &str, operation: Value) -> Methods {
    Methods::from_iter([(method.to_owned(), operation)])
}

/// One operation: what it does, its tag, status and form of its success, its parameters.
fn call(
    about: &str,
    tag: Option<&str>,
    (status, form): (&str, &str),
    parameters: Vec<Value>,
) -> Value {
    let mut operation = json!({
        "summary": about,
        "responses": { status: response(form), "default": response("outcome") },
    });
    if let Some(members) = operation.as_object_mut() {
        if let Some(tag) = tag {
            members.insert("tags".to_owned(), json!([tag]));
        }
        if !parameters.is_empty() {
            members.insert("parameters".to_owned(), parameters.into());
        }
    }
    operation
}

fn with_body(operation: Value) -> Value {
    sent(
        operation,
        json!({ "$ref": "#/components/requestBodies/resource" }),
    )
}

fn with_form(operation: Value) -> Value {
    let schema = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let content = json!({ "application/x-www-form-urlencoded": { "schema": schema } });
    sent(operation, json!({ "content": content }))
}

fn with_patch(operation: Value) -> Value {
    let content = json!({
        "application/json-patch+json": { "schema": { "type": "array", "items": { "type": "object" } } },
        "application/merge-patch+json": { "schema": { "type": "object" } },
        "application/fhir+json": { "schema": { "$ref": "#/components/schemas/resource" } },
    });
    sent(operation, json!({ "required": true, "content": content }))
}

fn sent(mut operation: Value, body: Value) -> Value {
    if let Some(members) = operation.as_object_mut() {
        members.insert("requestBody".to_owned(), body);
    }
    operation
}
