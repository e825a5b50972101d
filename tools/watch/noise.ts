/** Folders in which nothing is a source, wherever they are. */
const FOLDERS: readonly string[] = [".git", ".hearth", "node_modules", ".direnv"];

/**
 * Names of files that editors and systems make for themselves: Vim's swap files and its probe 4913, Emacs' locks and
 * backups, JetBrains' and Kate's drafts, files of desktops, and what is renamed into place a moment later.
 */
const NAMES: readonly RegExp[] = [
    /^\..*\.sw[a-z]$/,
    /^4913$/,
    /^\.?#/,
    /#$/,
    /~$/,
    /___jb_(tmp|old)___$/,
    /\.(tmp|temp|bak|orig|rej|part|kate-swp)$/,
    /\.tmp[.-][\w.-]*$/,
    /^\.(DS_Store|directory)$/,
    /^(Thumbs\.db|desktop\.ini)$/,
];

/**
 * Whether a change of a path means nothing for what manifests are made of.
 * @param path relative to the project, with `/`
 */
export function isNoise(path: string): boolean {
    const parts = path.split("/");
    const name = parts.at(-1) ?? "";
    return parts.some((part) => FOLDERS.includes(part)) || NAMES.some((pattern) => pattern.test(name));
}
