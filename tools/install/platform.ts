import { UserError } from "../../components/config/problems";

/** A machine that the tools exist for, in the words of Go and of most releases. */
export interface Platform {
    readonly os: "linux" | "darwin";
    readonly arch: "amd64" | "arm64";
}

/**
 * This machine.
 * @throws UserError when it is none that Hearth supports
 */
export function hostPlatform(os: string = process.platform, arch: string = process.arch): Platform {
    const known = arch === "x64" ? "amd64" : arch === "arm64" ? "arm64" : undefined;
    if ((os === "linux" || os === "darwin") && known !== undefined) return { os, arch: known };
    throw new UserError("the tools cannot be installed", [
        {
            where: "this machine",
            what: `is ${os} on ${arch}; Hearth knows Linux and macOS on x64 and arm64`,
            fix: "use such a machine; on Windows, WSL 2 is one",
        },
    ]);
}

/** Fills in the placeholders of an address or a member name (see `Download`). */
export function fill(template: string, version: string, { os, arch }: Platform): string {
    return template
        .replaceAll("{version}", version)
        .replaceAll("{os}", os)
        .replaceAll("{arch}", arch)
        .replaceAll("{cpu}", arch === "amd64" ? "x64" : arch);
}
