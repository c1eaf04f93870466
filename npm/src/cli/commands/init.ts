/** `init`: the Worker's configuration in the shop's own folder, with the Worker of this package. */
import type { Call, Command, Option, Options } from "../command.js";
import { originOf } from "../edge.js";
import { EXIT, Failure, usage, type Exit } from "../failure.js";

/** A place in the template, what may stand there, and the option that fills it in. */
interface Place extends Option {
  readonly inTemplate: string;
  readonly form: RegExp;
}

const PLACES: readonly Place[] = [
  { name: "project-key", value: "KEY", env: "CTP_PROJECT_KEY", help: "commercetools project key.", inTemplate: "your-project-key", form: /^[a-z0-9_-]{2,36}$/ },
  { name: "region", value: "REGION", env: "CTP_REGION", help: "Its region, for example europe-west1.gcp.", inTemplate: "europe-west1.gcp", form: /^[a-z]+(-[a-z0-9]+)+\.(gcp|aws)$/ },
  {
    name: "public-key",
    value: "KEY",
    help: "Tidio's public key: 32 characters, in its panel under Settings, Developer, Project data.",
    inTemplate: "your 32 characters from Tidio: Settings, Developer, Project data",
    form: /^[a-z0-9]{32}$/,
  },
  { name: "tier", value: "widget|full", help: "full on Tidio's plans Plus and Premium.", inTemplate: 'tier = "widget"', form: /^(widget|full)$/ },
  { name: "store", value: "KEY", help: "Key of the first store.", inTemplate: "your-store-key", form: /^[A-Za-z0-9_-]{2,256}$/ },
  { name: "origin", value: "ORIGIN", help: "Origin of the shop's pages, for example https://www.your-shop.example.", inTemplate: "https://www.your-shop.example", form: /^https:\/\/[^/\s"]+$|^http:\/\/localhost(:\d+)?$/ },
];

const EDGE: Option = { name: "edge", value: "URL", env: "TIDIO_BRIDGE_EDGE", help: "Address that the Worker will have." };

export const init: Command = {
  name: "init",
  summary: "Writes wrangler.toml and a list of the secrets into this folder; the Worker itself is in this package.",
  details: [
    "For a shop that deploys the Worker without building it: npm install commercetools-tidio wrangler, init, set the secrets,",
    "npx wrangler deploy --env production. What no option says is left to be filled in. Never changes a file that exists.",
  ].join("\n"),
  options: [EDGE, ...PLACES.map(({ inTemplate: _place, form: _form, ...option }) => option)],
  examples: [
    "init",
    "init --edge https://bridge.your-shop.example --project-key my-shop --store de --origin https://www.your-shop.example",
  ],
  run: write,
};

async function write({ options, terminal, files }: Call): Promise<Exit> {
  const filled = fill(await files.template("wrangler.toml"), options);
  const written = {
    "wrangler.toml": filled,
    ".dev.vars.example": await files.template("secrets.example"),
  };
  for (const [name, text] of Object.entries(written)) {
    if (await files.create(name, text)) terminal.out(`${name}: written`);
    else if (name === "wrangler.toml") throw new Failure("exists", "There is a wrangler.toml in this folder already; it was left alone.");
    else terminal.out(`${name}: exists, left alone`);
  }
  const open = PLACES.filter(({ inTemplate, name }) => options.text(name) === undefined && inTemplate.startsWith("your")).map(({ name }) => name);
  terminal.out("Next:");
  if (open.length > 0) terminal.out(`  fill in [env.production] of wrangler.toml: ${open.join(", ")}`);
  terminal.out("  set each secret of .dev.vars.example: npx wrangler secret put NAME --env production");
  terminal.out("  npx wrangler deploy --env production");
  terminal.out("  npx commercetools-tidio doctor --edge <its address>");
  return EXIT.ok;
}

/** The template with what the options say. */
function fill(template: string, options: Options): string {
  const edge = options.text("edge");
  let text = edge === undefined ? template : template.replaceAll("https://bridge.your-shop.example", originOf(edge));
  for (const { name, inTemplate, form } of PLACES) {
    const value = options.text(name);
    if (value === undefined) continue;
    if (!form.test(value)) throw usage(`--${name} has another form: ${PLACES.find((place) => place.name === name)?.help}`);
    text = text.replaceAll(inTemplate, name === "tier" ? `tier = "${value}"` : value);
  }
  return text;
}
