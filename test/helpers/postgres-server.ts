import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    chownSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasEnded } from "./processes";

/** Debian keeps PostgreSQL's programs off the PATH. */
function binFolder(): string | undefined {
    const debian = existsSync("/usr/lib/postgresql")
        ? readdirSync("/usr/lib/postgresql").map((version) => `/usr/lib/postgresql/${version}/bin`)
        : [];
    return [...(process.env["PATH"] ?? "").split(":"), ...debian.reverse()].find(
        (folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "psql")),
    );
}

interface User {
    readonly uid: number;
    readonly gid: number;
}

/** PostgreSQL refuses to run as root. */
function serverUser(): User | undefined {
    const { uid, gid } = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
    if (uid !== 0) return { uid, gid };
    const id = (flag: string): number => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
    return Number.isInteger(id("-u")) && id("-u") > 0 ? { uid: id("-u"), gid: id("-g") } : undefined;
}

export interface Answer {
    readonly ok: boolean;
    readonly out: string;
    readonly error: string;
}

/** A real PostgreSQL in a folder of its own, started by the very script that its container runs. */
export class PostgresServer {
    public readonly data: string;
    private readonly port = 20_000 + (process.pid % 20_000);
    private server: ChildProcess | undefined;
    private log = "";

    private constructor(
        public readonly folder: string,
        private readonly bin: string,
        private readonly user: User,
    ) {
        this.data = join(folder, "pgdata");
    }

    /** The server, or the reason why there can be none here. */
    public static make(files: Readonly<Record<string, string>>): PostgresServer | string {
        const bin = binFolder();
        if (bin === undefined) return "there is no PostgreSQL server on this machine";
        const user = serverUser();
        if (user === undefined) return "PostgreSQL does not run as root, and there is no user postgres";
        const server = new PostgresServer(mkdtempSync(join(tmpdir(), "pg-")), bin, user);
        chmodSync(server.folder, 0o755);
        for (const name of ["", "socket"]) server.own(join(server.folder, name));
        for (const [name, text] of Object.entries(files)) server.write(name, text);
        return server;
    }

    /** Makes a file that the server may read. */
    public write(name: string, text: string): string {
        const file = join(this.folder, name);
        writeFileSync(file, text);
        chmodSync(file, 0o644);
        return file;
    }

    /** Makes a folder that the server may write. */
    public own(folder: string): void {
        mkdirSync(folder, { recursive: true });
        chownSync(folder, this.user.uid, this.user.gid);
    }

    /** Runs start.sh until the server answers over TCP. */
    public async start(settings: readonly string[]): Promise<void> {
        const own = [
            ...["-c", "listen_addresses=127.0.0.1", "-c", `port=${this.port}`],
            ...["-c", `unix_socket_directories=${join(this.folder, "socket")}`],
            ...["-c", `hba_file=${join(this.folder, "pg_hba.conf")}`],
        ];
        this.server = this.spawn("bash", [join(this.folder, "start.sh"), ...settings, ...own]);
        while (!this.run("pg_isready", ["--quiet", "--host=127.0.0.1"]).ok) {
            if (hasEnded(this.server)) throw new Error(`the server did not start:\n${this.log}`);
            await sleep(50);
        }
    }

    /** Runs roles.sh until it says that it is done. */
    public async roles(script: string): Promise<void> {
        const done = join(this.folder, "socket", "done");
        const child = this.spawn("bash", [join(this.folder, "roles.sh"), join(this.folder, script), done]);
        // Not its exit: what it left behind would still have its output.
        const gone = once(child, "close");
        while (!hasEnded(child) && !existsSync(done)) await sleep(20);
        if (!hasEnded(child)) child.kill("SIGTERM");
        await gone;
        if (!existsSync(done)) throw new Error(`roles.sh failed:\n${this.log}`);
        rmSync(done);
    }

    /** Where it answers over TCP: `127.0.0.1:20001`. */
    public address(): string {
        return `127.0.0.1:${this.port}`;
    }

    /** One statement, as the superuser through the socket. */
    public superuser(sql: string): string {
        const { ok, out, error } = this.run("psql", psqlArguments("postgres", "postgres", sql));
        if (!ok) throw new Error(error);
        return out;
    }

    /** One statement, as a role with its password over TCP. */
    public as(role: string, password: string, database: string, sql: string): Answer {
        return this.run("psql", ["--host=127.0.0.1", ...psqlArguments(role, database, sql)], { PGPASSWORD: password });
    }

    /** Everything that the server and its scripts have said. */
    public said(): string {
        return this.log;
    }

    public async stop(signal: NodeJS.Signals = "SIGINT"): Promise<void> {
        const server = this.server;
        if (server === undefined || hasEnded(server)) return;
        const gone = once(server, "close");
        server.kill(signal);
        await gone;
    }

    public async remove(): Promise<void> {
        await this.stop("SIGQUIT");
        rmSync(this.folder, { recursive: true, force: true });
    }

    private environment(): NodeJS.ProcessEnv {
        return {
            PATH: `${this.bin}:${process.env["PATH"] ?? ""}`,
            PGDATA: this.data,
            PGHOST: join(this.folder, "socket"),
            PGPORT: String(this.port),
            LC_ALL: "C.UTF-8",
        };
    }

    private spawn(command: string, args: readonly string[]): ChildProcess {
        const options = { ...this.user, env: this.environment(), cwd: this.folder };
        const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
        for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (this.log += String(chunk)));
        return child;
    }

    private run(command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): Answer {
        const options = { ...this.user, env: { ...this.environment(), ...more }, cwd: this.folder };
        const { status, stdout, stderr } = spawnSync(join(this.bin, command), args, { ...options, encoding: "utf8" });
        return { ok: status === 0, out: (stdout ?? "").trim(), error: stderr ?? "" };
    }
}

/** The text of a file of the repository. */
export function textOf(path: string): string {
    return readFileSync(join(__dirname, "..", "..", path), "utf8");
}

function psqlArguments(role: string, database: string, sql: string): readonly string[] {
    const quiet = ["--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align"];
    return [...quiet, `--username=${role}`, `--dbname=${database}`, `--command=${sql}`];
}
