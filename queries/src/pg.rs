//! `pg_catalog` and `information_schema` over what a principal sees, for clients of PostgreSQL's. The tables of
//! `sys` are filled by `analytics::pg`.

/// Name and text of each relation of `pg_catalog` that has rows.
pub const PG_CATALOG: [(&str, &str); 11] = [
    ("pg_namespace", include_str!("../sql/pg/pg_namespace.sql")),
    ("pg_class", include_str!("../sql/pg/pg_class.sql")),
    ("pg_attribute", include_str!("../sql/pg/pg_attribute.sql")),
    ("pg_type", include_str!("../sql/pg/pg_type.sql")),
    ("pg_description", include_str!("../sql/pg/pg_description.sql")),
    ("pg_tables", include_str!("../sql/pg/pg_tables.sql")),
    ("pg_views", include_str!("../sql/pg/pg_views.sql")),
    ("pg_database", include_str!("../sql/pg/pg_database.sql")),
    ("pg_roles", include_str!("../sql/pg/pg_roles.sql")),
    ("pg_user", include_str!("../sql/pg/pg_user.sql")),
    ("pg_settings", include_str!("../sql/pg/pg_settings.sql")),
];

/// The same of `information_schema`.
pub const INFORMATION_SCHEMA: [(&str, &str); 5] = [
    ("tables", include_str!("../sql/pg/tables.sql")),
    ("columns", include_str!("../sql/pg/columns.sql")),
    ("schemata", include_str!("../sql/pg/schemata.sql")),
    ("views", include_str!("../sql/pg/views.sql")),
    ("character_sets", include_str!("../sql/pg/character_sets.sql")),
];

/// Relations of `pg_catalog` that never have rows here, with their columns: `i` whole number, `b` yes or no,
/// `a` list of texts, text otherwise.
pub const PG_EMPTY: [(&str, &str); 42] = [
    ("pg_am", "oid:i amname amhandler amtype"),
    ("pg_attrdef", "oid:i adrelid:i adnum:i adbin"),
    ("pg_auth_members", "oid:i roleid:i member:i grantor:i admin_option:b"),
    ("pg_authid", "oid:i rolname"),
    ("pg_available_extensions", "name default_version installed_version comment"),
    ("pg_cast", "oid:i castsource:i casttarget:i castfunc:i castcontext castmethod"),
    ("pg_collation", "oid:i collname collnamespace:i collowner:i collprovider collisdeterministic:b collencoding:i"),
    (
        "pg_constraint",
        "oid:i conname connamespace:i contype condeferrable:b condeferred:b convalidated:b conrelid:i contypid:i \
         conindid:i conparentid:i confrelid:i confupdtype confdeltype confmatchtype conislocal:b coninhcount:i \
         connoinherit:b conkey:a confkey:a conpfeqop:a conppeqop:a conffeqop:a confdelsetcols:a conexclop:a conbin",
    ),
    ("pg_conversion", "oid:i conname connamespace:i"),
    ("pg_cursors", "name statement is_holdable:b is_binary:b is_scrollable:b"),
    ("pg_default_acl", "oid:i defaclrole:i defaclnamespace:i defaclobjtype defaclacl:a"),
    ("pg_depend", "classid:i objid:i objsubid:i refclassid:i refobjid:i refobjsubid:i deptype"),
    ("pg_enum", "oid:i enumtypid:i enumsortorder:i enumlabel"),
    ("pg_event_trigger", "oid:i evtname evtevent evtowner:i evtfoid:i evtenabled evttags:a"),
    ("pg_extension", "oid:i extname extowner:i extnamespace:i extrelocatable:b extversion extconfig:a extcondition:a"),
    ("pg_foreign_data_wrapper", "oid:i fdwname fdwowner:i fdwhandler:i fdwvalidator:i fdwacl:a fdwoptions:a"),
    ("pg_foreign_server", "oid:i srvname srvowner:i srvfdw:i srvtype srvversion srvacl:a srvoptions:a"),
    ("pg_foreign_table", "ftrelid:i ftserver:i ftoptions:a"),
    (
        "pg_index",
        "indexrelid:i indrelid:i indnatts:i indnkeyatts:i indisunique:b indnullsnotdistinct:b indisprimary:b \
         indisexclusion:b indimmediate:b indisclustered:b indisvalid:b indcheckxmin:b indisready:b indislive:b \
         indisreplident:b indkey:a indcollation:a indclass:a indoption:a indexprs indpred",
    ),
    ("pg_indexes", "schemaname tablename indexname tablespace indexdef"),
    ("pg_inherits", "inhrelid:i inhparent:i inhseqno:i inhdetachpending:b"),
    ("pg_language", "oid:i lanname lanowner:i lanispl:b lanpltrusted:b lanplcallfoid:i laninline:i lanvalidator:i"),
    ("pg_locks", "locktype database:i relation:i pid:i mode granted:b"),
    ("pg_matviews", "schemaname matviewname matviewowner tablespace hasindexes:b ispopulated:b definition"),
    ("pg_opclass", "oid:i opcmethod:i opcname opcnamespace:i opcowner:i opcfamily:i opcintype:i opcdefault:b"),
    ("pg_operator", "oid:i oprname oprnamespace:i oprowner:i oprkind oprleft:i oprright:i oprresult:i oprcode"),
    ("pg_partitioned_table", "partrelid:i partstrat partnatts:i partdefid:i partattrs:a partclass:a partexprs"),
    ("pg_policy", "oid:i polname polrelid:i polcmd polpermissive:b polroles:a polqual polwithcheck"),
    (
        "pg_proc",
        "oid:i proname pronamespace:i proowner:i prolang:i procost:i prorows:i provariadic:i prokind prosecdef:b \
         proleakproof:b proisstrict:b proretset:b provolatile proparallel pronargs:i pronargdefaults:i prorettype:i \
         proargtypes:a proallargtypes:a proargmodes:a proargnames:a prosrc probin proconfig:a proacl:a",
    ),
    ("pg_publication", "oid:i pubname pubowner:i puballtables:b pubinsert:b pubupdate:b pubdelete:b pubtruncate:b"),
    ("pg_publication_namespace", "oid:i pnpubid:i pnnspid:i"),
    ("pg_publication_rel", "oid:i prpubid:i prrelid:i prqual prattrs:a"),
    ("pg_range", "rngtypid:i rngsubtype:i rngmultitypid:i rngcollation:i rngsubopc:i rngcanonical rngsubdiff"),
    ("pg_rewrite", "oid:i rulename ev_class:i ev_type ev_enabled is_instead:b ev_qual ev_action"),
    ("pg_sequence", "seqrelid:i seqtypid:i seqstart:i seqincrement:i seqmax:i seqmin:i seqcache:i seqcycle:b"),
    ("pg_shdescription", "objoid:i classoid:i description"),
    ("pg_stat_activity", "datid:i datname pid:i usesysid:i usename application_name client_addr state query"),
    (
        "pg_stat_user_tables",
        "relid:i schemaname relname seq_scan:i idx_scan:i n_live_tup:i n_dead_tup:i last_vacuum last_analyze",
    ),
    (
        "pg_statistic_ext",
        "oid:i stxrelid:i stxname stxnamespace:i stxowner:i stxstattarget:i stxkeys:a stxkind:a stxexprs",
    ),
    ("pg_tablespace", "oid:i spcname spcowner:i spcacl:a spcoptions:a"),
    (
        "pg_trigger",
        "oid:i tgrelid:i tgparentid:i tgname tgfoid:i tgtype:i tgenabled tgisinternal:b tgconstrrelid:i tgconstrindid:i \
         tgconstraint:i tgdeferrable:b tginitdeferred:b tgnargs:i tgqual tgoldtable tgnewtable",
    ),
    ("pg_user_mapping", "oid:i umuser:i umserver:i umoptions:a"),
];

/// The same of `information_schema`.
pub const INFORMATION_EMPTY: [(&str, &str); 11] = [
    (
        "table_constraints",
        "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name constraint_type \
         is_deferrable initially_deferred enforced",
    ),
    (
        "key_column_usage",
        "constraint_catalog constraint_schema constraint_name table_catalog table_schema table_name column_name \
         ordinal_position:i position_in_unique_constraint:i",
    ),
    (
        "referential_constraints",
        "constraint_catalog constraint_schema constraint_name unique_constraint_catalog unique_constraint_schema \
         unique_constraint_name match_option update_rule delete_rule",
    ),
    (
        "constraint_column_usage",
        "table_catalog table_schema table_name column_name constraint_catalog constraint_schema constraint_name",
    ),
    ("check_constraints", "constraint_catalog constraint_schema constraint_name check_clause"),
    ("routines", "specific_catalog specific_schema specific_name routine_schema routine_name routine_type data_type"),
    ("parameters", "specific_catalog specific_schema specific_name ordinal_position:i parameter_mode parameter_name"),
    ("sequences", "sequence_catalog sequence_schema sequence_name data_type"),
    (
        "triggers",
        "trigger_catalog trigger_schema trigger_name event_manipulation event_object_schema event_object_table",
    ),
    ("table_privileges", "grantor grantee table_catalog table_schema table_name privilege_type is_grantable"),
    ("view_table_usage", "view_catalog view_schema view_name table_catalog table_schema table_name"),
];
