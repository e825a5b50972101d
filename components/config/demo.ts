/** The demo application: what the platform has to know of it. Its manifests are made under nix/. */
export const DEMO = {
    /** Its folder in the rendered trees. */
    folder: "demo",
    /** ServiceAccount of the service that calls the other one. */
    caller: "demo-frontend",
    /** Service that is called, and the path. */
    callee: "demo-backend",
    path: "/echo",
    /** PostgreSQL database, and Secret in the application's namespace with the way to it. */
    database: "demo",
    secret: "demo-database",
} as const;
