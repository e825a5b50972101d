import { labels } from "../core/labels";

/** A ConfigMap as plain data. */
export interface ConfigMapData {
    readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> };
    readonly data: Record<string, string>;
}

/**
 * What istiod would put into every namespace, and ztunnel's pods mount, where no istiod runs. The readiness gate looks
 * in its place for what a kubelet would miss.
 */
export function simulatedRootCertificate(namespace: string): ConfigMapData {
    return {
        metadata: { name: "istio-ca-root-cert", namespace, labels: { ...labels("istio-ca-root-cert", "mesh") } },
        data: { "root-cert.pem": "simulated cluster: no istiod runs here that would have a root certificate\n" },
    };
}
