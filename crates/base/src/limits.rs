//! Every bound of the system in one place.

/// What one request may cost. Every field is a hard bound that ends in a precise error.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Largest request body, after decompression, in bytes.
    pub body_bytes_max: usize,
    /// Deepest nesting of a JSON body.
    pub depth_max: usize,
    /// Most JSON values in one body.
    pub values_max: usize,
    /// Most entries in a batch or transaction.
    pub bundle_entries_max: usize,
    /// Most operations of one patch.
    pub patch_operations_max: usize,
    /// How often a change is worked out anew because others changed what it begins from.
    pub write_attempts_max: u32,
    /// Most resources that one conditional delete may delete, where the instance allows several.
    pub conditional_deletes_max: usize,
    /// Most conditions and conditional references of one transaction, with the searches of rules for it.
    pub bundle_searches_max: usize,
    /// Bytes of what the reading entries of one Bundle answer, beyond which no further one is read; and of
    /// one `$graphql` answer, and of the resources it needs.
    pub bundle_answer_bytes_max: usize,
    /// Most versions looked at for one page of a history of types.
    pub history_scanned_max: u32,
    /// Most resources one operation looks at.
    pub operation_scanned_max: usize,
    /// Page size when `_count` is absent.
    pub page_default: u32,
    /// Largest page; a larger `_count` is served as this.
    pub page_max: u32,
    /// Most search criteria in one query, repetitions counted.
    pub criteria_max: usize,
    /// Most comma-separated alternatives of one criterion.
    pub alternatives_max: usize,
    /// Most references followed one after the other in one chained or reverse chained parameter.
    pub chain_depth_max: usize,
    /// Most references followed in one query, each type they may lead to counted.
    pub hops_max: usize,
    /// Most expressions inside one another in one `_filter`.
    pub filter_depth_max: usize,
    /// Most value sets and code hierarchies one search names (`:in`, `:below` and their like).
    pub concept_sets_max: usize,
    /// Most `_include` and `_revinclude` parameters of one query.
    pub includes_max: usize,
    /// Most resources shown with the matches of one page.
    pub included_max: usize,
    /// Most codes of one value set that is expanded.
    pub expansion_codes_max: usize,
    /// Longest record of a release file of a code system, in bytes.
    pub release_record_bytes_max: u64,
    /// Most rows of release files kept in one commit; a second run goes on from there.
    pub release_rows_max: usize,
    /// Deepest nesting of a `$graphql` query, its fragments written out.
    pub graphql_depth_max: usize,
    /// Most fields of a `$graphql` query, its fragments written out, and of its answer.
    pub graphql_fields_max: usize,
    /// Most resources that one `$graphql` query needs.
    pub graphql_resources_max: usize,
    /// Longest query string or search form, in bytes.
    pub query_bytes_max: usize,
    /// Longest time one search may take, in milliseconds; what takes longer is refused as too costly.
    pub search_ms_max: u64,
    /// Longest time one request may take, in milliseconds.
    pub request_ms_max: u64,
    /// Most writes waiting for one instance's writer before 503 is answered.
    pub write_queue_max: usize,
    /// Most writes that share one commit.
    pub group_commit_max: usize,
    /// Most resources of which the index is built anew in one commit.
    pub reindex_part_max: usize,
    /// Most search parameters that one instance defines, each counted for each type it searches.
    pub search_parameters_max: usize,
    /// Most connections of one instance on one node to its PostgreSQL server.
    pub cluster_connections_max: usize,
    /// Most connections of all instances on one node to one PostgreSQL server.
    pub cluster_connections_node_max: usize,
    /// Longest wait for one of them, in milliseconds, before 503 is answered.
    pub cluster_wait_ms_max: u64,
    /// Longest time one of them is kept open without use, in milliseconds.
    pub cluster_idle_ms_max: u64,
    /// Most audit records of one instance that wait for the next commit; beyond it 503 is answered.
    pub audit_waiting_max: usize,
    /// Most audit records that one request looks at before its page ends.
    pub audit_scanned_max: u64,
    /// Most kinds of requests of strangers (address, endpoint, status) that leave audit records of their
    /// own in a minute at one instance; the others are counted together.
    pub audit_strangers_max: usize,
    /// Most patients that one audit record names; beyond it the record says how many mentions it left out.
    pub audit_patients_max: usize,
    /// Most bytes of expanded bodies that one open instance keeps for the next reader.
    pub body_cache_bytes_max: u64,
    /// Longest OAuth `scope` parameter, in bytes.
    pub scope_bytes_max: usize,
    /// Most scopes in it.
    pub scopes_max: usize,
    /// Most parameters in one OAuth form.
    pub oauth_parameters_max: usize,
    /// Memory for checked access tokens of one instance, in bytes.
    pub token_cache_bytes_max: u64,
    /// Most failed authentications of one app in a minute before further ones are answered 429.
    pub authentication_failures_max: u32,
    /// Most tokens the page of a sandbox gives out in a minute before further ones are answered 429.
    pub sandbox_tokens_max: u32,
    /// Most authorization requests that one address may send in a minute: enough for a whole
    /// practice behind one address.
    pub authorizations_max: u32,
    /// Most failed sign-ins of one person from one address in a quarter of an hour.
    pub sign_in_failures_max: u32,
    /// Most wrong codes of a second step of one person in a day, after the right password.
    pub codes_guessed_max: u32,
    /// Most passkeys that one address may be asked for in a minute.
    pub passkey_challenges_max: u32,
    /// Most passkeys of one person.
    pub passkeys_max: usize,
    /// Most passwords that wait to be hashed before further ones are answered 503.
    pub password_queue_max: usize,
    /// Largest picture of an app, in bytes.
    pub logo_bytes_max: usize,
    /// Most redirect URIs of one app.
    pub redirect_uris_max: usize,
    /// Most apps of one instance that registered themselves.
    pub self_registered_apps_max: usize,
    /// Most requests to register an app, or to change its registration, of one address in an hour.
    pub self_registrations_max: u32,
    /// Most registrations that one page lists, the newest first.
    pub registrations_listed_max: usize,
    /// Longest client assertion, in bytes.
    pub assertion_bytes_max: usize,
    /// Longest document fetched from another server, in bytes.
    pub outbound_bytes_max: usize,
    /// Longest time another server may take to answer, in milliseconds.
    pub outbound_ms_max: u64,
    /// Most keys in one app's key set.
    pub jwks_keys_max: usize,
    /// Most messages of one instance that wait to be sent.
    pub mails_waiting_max: u64,
    /// Most links for a new password sent to one person, or asked for from one address, in an hour.
    pub password_links_max: u32,
    /// Most asynchronous requests of one app that wait, are under way or whose answers are kept.
    pub jobs_per_app_max: usize,
    /// Most asynchronous requests of one instance that one node carries out at once.
    pub jobs_at_once_max: usize,
    /// Most asynchronous requests of all instances that one node carries out at once.
    pub jobs_at_once_node_max: usize,
    /// Longest time one asynchronous request may take, in milliseconds.
    pub job_ms_max: u64,
    /// Longest time one search may take that nobody waits for, in milliseconds.
    pub job_search_ms_max: u64,
    /// Longest answer of an asynchronous request, in bytes.
    pub job_answer_bytes_max: usize,
    /// How long an asynchronous request and its answer are kept, in seconds; a day at most, for what
    /// authorized it is forgotten then.
    pub job_kept_s: u32,
    /// How long a node that gives no sign of life holds an asynchronous request, in milliseconds, before
    /// another may go on with it.
    pub job_lease_ms: u64,
}

impl Limits {
    /// The first bound below which nothing could happen at all, with the least it may be.
    pub fn fault(&self) -> Option<String> {
        let least = |connections: usize| u64::try_from(connections).unwrap_or(u64::MAX);
        let bounds = [
            ("request_ms_max", self.request_ms_max, 1_000),
            ("search_ms_max", self.search_ms_max, 1),
            (
                "cluster_connections_max",
                least(self.cluster_connections_max),
                1,
            ),
            (
                "cluster_connections_node_max",
                least(self.cluster_connections_node_max),
                1,
            ),
            ("write_queue_max", least(self.write_queue_max), 1),
            ("reindex_part_max", least(self.reindex_part_max), 1),
            ("cluster_wait_ms_max", self.cluster_wait_ms_max, 1),
            ("cluster_idle_ms_max", self.cluster_idle_ms_max, 1_000),
            ("jobs_at_once_max", least(self.jobs_at_once_max), 1),
            (
                "jobs_at_once_node_max",
                least(self.jobs_at_once_node_max),
                1,
            ),
            ("job_lease_ms", self.job_lease_ms, 100),
        ];
        let below = bounds.into_iter().find(|(_, value, min)| value < min);
        below.map(|(name, _, min)| format!("{name} must be at least {min}"))
    }
}

/// What holds where nobody says otherwise.
const DEFAULT: Limits = Limits {
    body_bytes_max: 16 * 1024 * 1024,
    depth_max: 64,
    values_max: 4_000_000,
    bundle_entries_max: 5_000,
    patch_operations_max: 1_000,
    write_attempts_max: 64,
    conditional_deletes_max: 500,
    bundle_searches_max: 1_000,
    bundle_answer_bytes_max: 32 * 1024 * 1024,
    history_scanned_max: 10_000,
    operation_scanned_max: 10_000,
    page_default: 10,
    page_max: 100,
    criteria_max: 64,
    alternatives_max: 2_048,
    chain_depth_max: 6,
    hops_max: 64,
    filter_depth_max: 16,
    concept_sets_max: 16,
    includes_max: 32,
    included_max: 1_000,
    expansion_codes_max: 20_000,
    release_record_bytes_max: 1024 * 1024,
    release_rows_max: 20_000,
    graphql_depth_max: 16,
    graphql_fields_max: 50_000,
    graphql_resources_max: 1_000,
    query_bytes_max: 64 * 1024,
    search_ms_max: 10_000,
    request_ms_max: 30_000,
    write_queue_max: 4_096,
    group_commit_max: 512,
    reindex_part_max: 128,
    search_parameters_max: 64,
    cluster_connections_max: 16,
    cluster_connections_node_max: 64,
    cluster_wait_ms_max: 2_000,
    cluster_idle_ms_max: 30_000,
    audit_waiting_max: 32_768,
    audit_scanned_max: 200_000,
    audit_strangers_max: 120,
    audit_patients_max: 2_000,
    body_cache_bytes_max: 32 * 1024 * 1024,
    scope_bytes_max: 32 * 1024,
    scopes_max: 512,
    oauth_parameters_max: 64,
    token_cache_bytes_max: 4 * 1024 * 1024,
    authentication_failures_max: 20,
    sandbox_tokens_max: 60,
    authorizations_max: 600,
    sign_in_failures_max: 10,
    codes_guessed_max: 20,
    passkey_challenges_max: 60,
    passkeys_max: 10,
    password_queue_max: 1_024,
    logo_bytes_max: 64 * 1024,
    redirect_uris_max: 32,
    self_registered_apps_max: 1_000,
    self_registrations_max: 60,
    registrations_listed_max: 500,
    assertion_bytes_max: 8 * 1024,
    outbound_bytes_max: 64 * 1024,
    outbound_ms_max: 2_000,
    jwks_keys_max: 32,
    mails_waiting_max: 1_000,
    password_links_max: 5,
    jobs_per_app_max: 64,
    jobs_at_once_max: 2,
    jobs_at_once_node_max: 4,
    job_ms_max: 600_000,
    job_search_ms_max: 120_000,
    job_answer_bytes_max: 64 * 1024 * 1024,
    job_kept_s: 6 * 60 * 60,
    job_lease_ms: 30_000,
};

impl Default for Limits {
    fn default() -> Self {
        DEFAULT
    }
}
