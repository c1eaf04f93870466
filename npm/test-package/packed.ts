/**
 * The package as npm users get it: packed, and installed from the tarball into a folder of consumers.
 *
 * In scope: packing once, one install that all consumers share, serving what they build. Out of scope: what is
 * expected of them. The folder lies in the checkout, so that Next.js, Vite and webpack, which are development
 * dependencies with a lock file, are found by the usual walk up the folders; the package itself is nearer.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const CONSUMERS = fileURLToPath(new URL("consumers", import.meta.url));
/** In `target`, which no tool watches and git ignores. */
const FOLDER = join(PACKAGE, "../target/package-test");

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** What `npm pack --json` says about a tarball. */
export interface Packed {
  name: string;
  filename: string;
  size: number;
  files: { path: string; size: number }[];
}

/** The installed package and the consumers beside it. */
export interface Consumers {
  /** Absolute path of the tarball. */
  tarball: string;
  packed: Packed;
  /** Folder of the installed package. */
  installed: string;
  /** Folder of one consumer. */
  folder(name: string): string;
}

/**
 * Packs the package and installs the tarball beside copies of the consumers in `consumers/`.
 *
 * @param name one folder per test file, so that files can be run alone and again
 */
export async function install(name: string): Promise<Consumers> {
  const root = join(FOLDER, name);
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await cp(CONSUMERS, root, { recursive: true });
  const { stdout } = await npm(PACKAGE, "pack", "--json", "--pack-destination", root);
  const [packed] = listOf(JSON.parse(stdout.slice(stdout.search(/^[[{]/m))));
  if (!packed) throw new Error("npm pack made nothing");
  await writeFile(
    join(root, "package.json"),
    JSON.stringify({ name: "consumers", private: true, dependencies: { [packed.name]: `file:./${packed.filename}` } }),
  );
  // The package has no dependencies, so nothing is fetched.
  await npm(root, "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock");
  return {
    tarball: join(root, packed.filename),
    packed,
    installed: join(root, "node_modules", packed.name),
    folder: (consumer) => join(root, consumer),
  };
}

/** npm answers a list, newer versions a map by package name. */
function listOf(answer: Packed[] | Record<string, Packed>): Packed[] {
  return Array.isArray(answer) ? answer : Object.values(answer);
}

async function npm(cwd: string, ...args: string[]): Promise<{ stdout: string }> {
  // Settings of the `npm run` that started this test, such as its workspace, are not the consumer's.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return run("npm", args, { cwd, env, maxBuffer: 1 << 24 });
}

/** Runs a program to its end. Rejects with its output when it fails. */
export async function finish(program: string, args: string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 24 });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
  }
}

/** Static files of a folder on a port of its own. */
export class Files {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async serve(folder: string): Promise<Files> {
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://localhost");
      const file = join(folder, pathname === "/" ? "index.html" : pathname);
      const body = await readFile(file).catch(() => undefined);
      response.writeHead(body ? 200 : 404, { "content-type": TYPES[extname(file)] ?? "text/plain" });
      response.end(body);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return new Files(server, `http://localhost:${(server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
