/** Where the roles' container finds its inputs. */
export const ROLES_PATHS = {
    /** ConfigMap: start.sh, roles.sh, roles.sql, pg_hba.conf. */
    config: "/etc/hearth/config",
    /** Secret with verifiers.tsv. */
    verifiers: "/etc/hearth/verifiers",
    verifiersFile: "/etc/hearth/verifiers/verifiers.tsv",
} as const;

/** Names that PostgreSQL takes as they are; the settings' gate lets no other one through. */
const NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/** An identifier in double quotes: some plain names are key words (`user`, `order`). */
export function quoteIdentifier(name: string): string {
    return `"${name.replaceAll('"', '""')}"`;
}

/** A text in single quotes. */
export function quoteLiteral(text: string): string {
    if (text.includes("\\")) throw new Error("a text with a backslash depends on settings of the server");
    return `'${text.replaceAll("'", "''")}'`;
}

export interface RolesSqlArgs {
    readonly databases: readonly string[];
    /** Role of the exporter. */
    readonly exporter: string;
    /** Path of the file with lines of role, tab, SCRAM verifier. */
    readonly verifiersFile?: string;
}

/**
 * A script for psql that brings roles and databases into the configured state and may run at any time: it asks for
 * what is there and changes only what differs, so a second run changes nothing, and a database that is added later
 * needs no new volume. Databases and roles that are not configured are left alone; nothing is ever dropped.
 *
 * Passwords come as SCRAM verifiers from a file: no password is in the script, in PostgreSQL's log, in
 * `pg_stat_activity` or in the arguments of a process.
 */
export function postgresInitSql(args: RolesSqlArgs): string {
    const { databases, exporter, verifiersFile = ROLES_PATHS.verifiersFile } = args;
    for (const name of [...databases, exporter]) {
        if (!NAME.test(name)) throw new Error(`${name} is not a name of a database or role`);
    }
    const names = databases.map((name) => `(${quoteLiteral(name)})`).join(", ");
    return [
        HEAD,
        "CREATE TEMP TABLE hearth_role (name name PRIMARY KEY, verifier text NOT NULL CHECK (verifier LIKE 'SCRAM-SHA-256$%'));",
        `\\copy hearth_role FROM ${quoteLiteral(verifiersFile)}`,
        "CREATE TEMP TABLE hearth_database (name name PRIMARY KEY REFERENCES hearth_role);",
        ...(databases.length === 0 ? [] : [`INSERT INTO hearth_database VALUES ${names};`]),
        ROLES,
        DATABASES,
        exporterSql(exporter),
        ...databases.map(schemaSql),
        "",
    ].join("\n");
}

const HEAD = `\\set ON_ERROR_STOP on
\\set QUIET on
-- Nothing of this session is worth a line in the log.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET client_min_messages = 'warning';`;

/** One `\gexec` runs each row of its query as a statement of its own. */
const ROLES = `
-- Roles: made when missing; attributes and verifiers corrected when they differ.
SELECT format('CREATE ROLE %I LOGIN', name) FROM hearth_role
    WHERE name NOT IN (SELECT rolname FROM pg_roles) ORDER BY name \\gexec
SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name)
    FROM hearth_role JOIN pg_roles ON rolname = name
    WHERE name <> current_user
      AND (NOT rolcanlogin OR rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)
    ORDER BY name \\gexec
SELECT format('ALTER ROLE %I PASSWORD %L', name, verifier) FROM hearth_role JOIN pg_authid ON rolname = name
    WHERE rolpassword IS DISTINCT FROM verifier ORDER BY name \\gexec`;

const DATABASES = `
-- Databases: owned by the role of their name. PUBLIC may not even connect, to none of them and to none of ours.
SELECT format('CREATE DATABASE %I OWNER %I', name, name) FROM hearth_database
    WHERE name NOT IN (SELECT datname FROM pg_database) ORDER BY name \\gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', name, name)
    FROM hearth_database JOIN pg_database ON datname = name
    WHERE datdba <> (SELECT oid FROM pg_roles WHERE rolname = name) ORDER BY name \\gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname) FROM pg_database
    WHERE (datname IN (SELECT name FROM hearth_database) OR datname IN ('postgres', 'template1'))
      AND EXISTS (SELECT FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE grantee = 0)
    ORDER BY datname \\gexec`;

function exporterSql(exporter: string): string {
    const [role, text] = [quoteIdentifier(exporter), quoteLiteral(exporter)];
    return `
-- The exporter: reads statistics, connects to the maintenance database only.
SELECT ${quoteLiteral(`GRANT pg_monitor TO ${role}`)} WHERE NOT pg_has_role(${text}, 'pg_monitor', 'member') \\gexec
SELECT ${quoteLiteral(`GRANT CONNECT ON DATABASE postgres TO ${role}`)}
    WHERE NOT has_database_privilege(${text}, 'postgres', 'CONNECT') \\gexec`;
}

/**
 * Schema public: its owner is the database's owner since PostgreSQL 15, who may create in it; nobody else may.
 * A database restored from an older version still lets PUBLIC create.
 */
function schemaSql(database: string): string {
    return `
\\connect ${quoteIdentifier(database)}
SELECT 'REVOKE CREATE ON SCHEMA public FROM PUBLIC'
    FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
    WHERE nspname = 'public' AND grantee = 0 AND privilege_type = 'CREATE' \\gexec`;
}
