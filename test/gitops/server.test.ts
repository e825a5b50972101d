import assert from "node:assert/strict";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { connect, type PeerCertificate } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { NAMESPACE } from "../../components/gitops/identities";
import { ArgoCdProcesses, missingPrograms } from "../helpers/argocd-processes";
import { GitopsCluster } from "../helpers/gitops-cluster";
import { missingKwokTools } from "../helpers/kwok-scripts";
import { helm } from "../helpers/render";
import { skip } from "../helpers/skip";

const HOST = "127.0.0.1";

interface Answer {
    readonly status: number;
    readonly location?: string;
    readonly body: string;
}

async function answerOf(message: IncomingMessage): Promise<Answer> {
    let body = "";
    for await (const chunk of message) body += String(chunk);
    const { location } = message.headers;
    return { status: message.statusCode ?? 0, body, ...(location === undefined ? {} : { location }) };
}

function get(url: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
        httpRequest(url, (message) => resolve(answerOf(message)))
            .once("error", reject)
            .end();
    });
}

/** A request over TLS that takes any certificate, as a person does who has looked at it. */
function send(url: string, body?: unknown, token?: string): Promise<Answer> {
    const headers = {
        "Content-Type": "application/json",
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    };
    const options = {
        method: body === undefined ? "GET" : "POST",
        headers,
        agent: new Agent({ rejectUnauthorized: false }),
    };
    return new Promise((resolve, reject) => {
        const sent = httpsRequest(url, options, (message) => resolve(answerOf(message))).once("error", reject);
        sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

function certificateOf(port: number): Promise<PeerCertificate> {
    return new Promise((resolve, reject) => {
        const socket = connect({ host: HOST, port, rejectUnauthorized: false }, () => {
            resolve(socket.getPeerCertificate());
            socket.destroy();
        });
        socket.once("error", reject);
    });
}

describe("Argo CD's page and API, served by its own program", function () {
    this.timeout(180_000);
    const missing = [
        ...missingPrograms(),
        ...missingKwokTools().map((tool) => `${tool} (make tools brings it)`),
        ...(helm() === undefined ? ["helm"] : []),
    ];
    let cluster: GitopsCluster;
    let programs: ArgoCdProcesses;
    let address = "";

    before(async function () {
        if (missing.length > 0) skip(this, `PATH lacks ${missing.join(", ")}`);
        cluster = new GitopsCluster("hearth-gitops-server");
        await cluster.start(helm() ?? "helm");
        await cluster.makeSecrets("correct-horse");
        programs = new ArgoCdProcesses(cluster);
        await programs.start();
        address = `${HOST}:${programs.serverPort}`;
        const end = Date.now() + 60_000;
        for (;;) {
            programs.checkAlive();
            const answer = await send(`https://${address}/healthz`).catch(() => undefined);
            if (answer?.status === 200) return;
            assert.ok(Date.now() < end, programs.log("argocd-server", 3000));
            await sleep(200);
        }
    });
    after(async () => {
        await programs?.stop();
        await cluster?.remove();
    });

    const session = (password: string): Promise<Answer> =>
        send(`https://${address}/api/v1/session`, { username: "admin", password });
    const tokenOf = ({ status, body }: Answer): string => {
        assert.equal(status, 200, body);
        return (JSON.parse(body) as { readonly token: string }).token;
    };
    const who = async (token: string): Promise<string> =>
        (await send(`https://${address}/api/v1/session/userinfo`, undefined, token)).body;

    it("sends plain HTTP on to HTTPS at the host and port that it came to, whatever that is", async () => {
        assert.deepEqual(await get(`http://${address}/applications?x=y`), {
            status: 307,
            location: `https://${address}/applications?x=y`,
            body: `<a href="https://${address}/applications?x=y">Temporary Redirect</a>.\n\n`,
        });
    });

    it("has a certificate, its own, which it keeps for its next start", async () => {
        const { subject, subjectaltname = "" } = await certificateOf(programs.serverPort);
        assert.equal(subject.O, "Argo CD");
        assert.match(subjectaltname, /DNS:localhost/);
        assert.match(programs.secret("argocd-secret", "tls.crt"), /^-----BEGIN CERTIFICATE-----/);
    });

    it("leaves what the platform wrote into that Secret", () => {
        assert.match(programs.secret("argocd-secret", "admin.password"), /^\$2a\$10\$/);
        assert.equal(programs.secret("argocd-secret", "admin.passwordMtime"), "2000-01-01T00:00:00Z");
    });

    it("keeps its certificate when the platform writes that Secret again", async () => {
        const before = programs.secret("argocd-secret", "tls.crt");
        await cluster.makeSecrets("correct-horse");
        assert.equal(programs.secret("argocd-secret", "tls.crt"), before);
    });

    it("makes no password of its own", () => {
        const { status } = cluster.kubectl(["-n", NAMESPACE, "get", "secret", "argocd-initial-admin-secret"]);
        assert.notEqual(status, 0);
    });

    it("lets in who knows the password that was chosen, and nobody else", async () => {
        const token = tokenOf(await session("correct-horse"));
        assert.match(await who(token), /"loggedIn":true/);
        assert.equal((await session("battery-staple")).status, 401);
        assert.doesNotMatch(await who(""), /"loggedIn":true/);
    });

    it("ends every session with a new password, without being started again", async () => {
        const old = tokenOf(await session("correct-horse"));
        await cluster.makeSecrets("battery-staple");
        const end = Date.now() + 30_000;
        while (/"loggedIn":true/.test(await who(old))) {
            assert.ok(Date.now() < end, "the old session still counts");
            await sleep(200);
        }
        assert.match(await who(tokenOf(await session("battery-staple"))), /"loggedIn":true/);
    });
});
