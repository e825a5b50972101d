import type { Problem } from "../../components/config/problems";

/** Seconds. The API server makes no token for less than 10 minutes. */
const SHORTEST = 600;
/** Seconds. A token cannot be taken back at a waypoint, which only looks at its signature and its end. */
const LONGEST = 3600;

export const DEFAULT_LIFETIME = "10m";

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };

/** Seconds of a duration such as `10m`, `1h` or `45m30s`; a problem for anything else, and outside of 10m to 1h. */
export function lifetimeSeconds(text: string): number | Problem {
    const fix = "give a duration from 10m to 1h, for example 30m";
    const parts = [...text.matchAll(/(\d{1,6})([hms])/g)];
    const whole = parts.map(([part]) => part).join("") === text && text !== "";
    if (!whole) return { where: "--ttl", what: `"${text}" is not a duration`, fix };
    const seconds = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
    if (seconds < SHORTEST) {
        return { where: "--ttl", what: `${text} is shorter than the API server makes tokens for`, fix };
    }
    if (seconds > LONGEST) {
        return { where: "--ttl", what: `${text} is long for a token that nobody can take back`, fix };
    }
    return seconds;
}
