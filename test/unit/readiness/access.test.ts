import assert from "node:assert/strict";
import { stringify } from "yaml";
import { directAccess } from "../../../tools/readiness/access";

const BASE64 = (text: string): string => Buffer.from(text).toString("base64");
const CERTIFICATES = { "client-certificate-data": BASE64("cert"), "client-key-data": BASE64("key") };

function kubeconfig(cluster: object, user: object, more: object = {}): string {
    return stringify({
        "current-context": "us",
        contexts: [
            { name: "them", context: { cluster: "their", user: "they" } },
            { name: "us", context: { cluster: "our", user: "we" } },
        ],
        clusters: [
            { name: "their", cluster: { server: "https://elsewhere" } },
            { name: "our", cluster: { server: "https://127.0.0.1:6443", ...cluster } },
        ],
        users: [
            { name: "they", user: { token: "theirs" } },
            { name: "we", user },
        ],
        ...more,
    });
}

describe("direct access to a cluster", () => {
    it("is that of the current context, by certificates", () => {
        const access = directAccess(kubeconfig({ "certificate-authority-data": BASE64("ca") }, CERTIFICATES), {});
        assert.equal(access?.server, "https://127.0.0.1:6443");
        assert.deepEqual(access?.tls, { ca: Buffer.from("ca"), cert: Buffer.from("cert"), key: Buffer.from("key") });
        assert.equal(access?.token, undefined);
    });

    it("may be by token, and keeps to what the kubeconfig says of the certificate", () => {
        const cluster = {
            "tls-server-name": "api.example.com",
            "insecure-skip-tls-verify": true,
            server: "https://10.0.0.1/k8s/",
        };
        const access = directAccess(kubeconfig(cluster, { token: "abc" }), {});
        assert.equal(access?.token, "abc");
        assert.equal(access?.server, "https://10.0.0.1/k8s");
        assert.deepEqual(access?.tls, { servername: "api.example.com", rejectUnauthorized: false });
        assert.equal("rejectUnauthorized" in (directAccess(kubeconfig({}, CERTIFICATES), {})?.tls ?? {}), false);
    });

    it("does not exist where kubectl is needed: login programs, files, proxies, impersonation", () => {
        const users = [
            { exec: { command: "aws" } },
            { tokenFile: "/x" },
            { "auth-provider": {} },
            { as: "x", token: "y" },
        ];
        for (const user of users) assert.equal(directAccess(kubeconfig({}, user), {}), undefined, JSON.stringify(user));
        assert.equal(directAccess(kubeconfig({ "proxy-url": "http://p" }, CERTIFICATES), {}), undefined);
        const remote = kubeconfig({ server: "https://10.0.0.1:6443" }, CERTIFICATES);
        assert.equal(directAccess(remote, { HTTPS_PROXY: "http://proxy:3128" }), undefined);
        assert.notEqual(directAccess(remote, {}), undefined);
        assert.notEqual(directAccess(kubeconfig({}, CERTIFICATES), { HTTPS_PROXY: "http://proxy:3128" }), undefined);
    });

    it("is refused without showing the text, when that is no kubeconfig", () => {
        for (const text of ["", "secret-text", "{", "clusters: []", kubeconfig({ server: "" }, CERTIFICATES)]) {
            assert.throws(
                () => directAccess(text, {}),
                (error: Error) => error.name === "UserError" && !error.message.includes("secret-text"),
                text,
            );
        }
    });
});
