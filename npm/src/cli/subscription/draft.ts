/**
 * The Subscription that the Worker needs, as commercetools takes it.
 *
 * In scope: from options to a draft, one entry per service. Out of scope: sending it.
 */
import type { Option, Options } from "../command.js";
import { usage } from "../failure.js";
import ORDER_MESSAGES from "./order-messages.json" with { type: "json" };

/** Where commercetools puts the events, by the name of the service and the Worker's route for it. */
export const SERVICES = ["eventbridge", "pubsub", "sns", "eventgrid"] as const;
export type Service = (typeof SERVICES)[number];

export interface Destination {
  type: string;
  [member: string]: string;
}

export interface Draft {
  key: string;
  destination: Destination;
  messages: { resourceTypeId: string; types: string[] }[];
  changes: { resourceTypeId: string }[];
  format: { type: string; cloudEventsVersion?: string };
}

/** What a Subscription tells about, and how; the part that needs no destination. */
export const CONTENT_OPTIONS: readonly Option[] = [
  { name: "key", value: "KEY", fallback: "tidio-bridge", help: "Key of the Subscription." },
  {
    name: "notify",
    value: "changes|messages",
    fallback: "changes",
    help: "changes: ids and versions only, for every change of an order. messages: typed messages, which can hold whole orders.",
  },
  { name: "format", value: "platform|cloudevents", help: "Delivery format; Event Grid takes CloudEvents only." },
];

export const DESTINATION_OPTIONS: readonly Option[] = [
  { name: "destination", value: SERVICES.join("|"), help: "The service between commercetools and the Worker." },
  { name: "aws-account", value: "ID", help: "eventbridge: the AWS account that gets the partner event source." },
  { name: "aws-region", value: "REGION", help: "eventbridge: its region, for example eu-central-1." },
  { name: "topic-arn", value: "ARN", help: "sns: the topic; access by IAM." },
  { name: "gcp-project", value: "ID", help: "pubsub: the Google Cloud project." },
  { name: "topic", value: "NAME", help: "pubsub: the topic." },
  { name: "uri", value: "URI", help: "eventgrid: address of the topic." },
  { name: "access-key-env", value: "NAME", help: "eventgrid: variable of the environment that holds the topic's access key." },
];

/** Shown instead of a secret. */
const HIDDEN = "(not shown)";

/** Members of a destination that commercetools gives back masked. */
export const SECRET_MEMBERS: readonly string[] = ["accessKey", "accessSecret"];

/** One sentence on what each service needs besides the Subscription; `edge` stands for the Worker's address. */
const AFTERWARDS: Record<Service, (draft: Draft) => string[]> = {
  eventbridge: () => [
    "Associate the partner event source with an event bus; AWS deletes one that stays pending.",
    "Add a rule on that bus with an API destination: POST <edge>/v1/events/eventbridge, header x-api-key = CT_<NAME>_EVENTS_SECRET.",
  ],
  pubsub: ({ destination }) => [
    `Let subscriptions@commercetools-platform.iam.gserviceaccount.com publish to ${destination["topic"]}.`,
    "Add a push subscription with OIDC authentication: <edge>/v1/events/pubsub, without payload unwrapping.",
    "wrangler.toml, [….commercetools.<name>.events.pubsub]: its audience, service_account and subscriptions.",
  ],
  sns: ({ destination }) => [
    "Let arn:aws:iam::362576667341:user/subscriptions publish to the topic, and set its attribute SignatureVersion to 2.",
    "Add an HTTPS subscription: <edge>/v1/events/sns, without raw message delivery. The Worker confirms it by itself.",
    `wrangler.toml, [….commercetools.<name>.events.sns]: topics = ["${destination["topicArn"]}"].`,
  ],
  eventgrid: () => [
    "Add an event subscription with a webhook: <edge>/v1/events/eventgrid, schema CloudEvents 1.0,",
    "delivery header x-eventgrid-secret = CT_<NAME>_EVENTS_SECRET.",
  ],
};

/** What is left to do in the cloud. */
export function afterwards(service: Service, draft: Draft): string[] {
  return AFTERWARDS[service](draft);
}

/** @throws Failure `usage` when an option is missing */
export function serviceOf(options: Options): Service {
  const service = options.choice("destination", SERVICES);
  if (service === undefined) throw usage(`--destination ${SERVICES.join("|")} is needed.`);
  return service;
}

/** @throws Failure `usage` when an option is missing, malformed or does not fit the others */
export function draftOf(options: Options, service: Service): Draft {
  const content = contentOf(options, service);
  return { ...content, destination: destinationOf(options, service) };
}

/** Everything but the destination. */
export function contentOf(options: Options, service: Service | undefined): Omit<Draft, "destination"> {
  const key = options.required("key");
  if (!/^[A-Za-z0-9_-]{2,256}$/.test(key)) throw usage("--key takes 2 to 256 letters, digits, '_' or '-'.");
  const format = options.choice("format", ["platform", "cloudevents"]) ?? (service === "eventgrid" ? "cloudevents" : "platform");
  if (service === "eventgrid" && format === "platform") throw usage("Event Grid takes --format cloudevents only.");
  const changes = options.choice("notify", ["changes", "messages"]) === "changes";
  return {
    key,
    // A Subscription to changes says nothing of order edits.
    messages: [{ resourceTypeId: "order", types: changes ? ["OrderEditApplied"] : [...ORDER_MESSAGES] }],
    // Of customers, ids only: enough to read a changed address, or that a record is gone.
    changes: [...(changes ? [{ resourceTypeId: "order" }] : []), { resourceTypeId: "customer" }],
    format: format === "platform" ? { type: "Platform" } : { type: "CloudEvents", cloudEventsVersion: "1.0" },
  };
}

function destinationOf(options: Options, service: Service): Destination {
  const of = (name: string, pattern: RegExp, form: string) => {
    const value = options.required(name);
    if (!pattern.test(value)) throw usage(`--${name} takes ${form}.`);
    return value;
  };
  switch (service) {
    case "eventbridge":
      return {
        type: "EventBridge",
        accountId: of("aws-account", /^\d{12}$/, "twelve digits"),
        region: of("aws-region", /^[a-z]{2}(-[a-z]+)+-\d$/, "an AWS region such as eu-central-1"),
      };
    case "sns":
      return {
        type: "SNS",
        topicArn: of("topic-arn", /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, "the ARN of a standard SNS topic"),
        authenticationMode: "IAM",
      };
    case "pubsub":
      return {
        type: "GoogleCloudPubSub",
        projectId: of("gcp-project", /^[a-z][a-z0-9.:-]{4,61}[a-z0-9]$/, "the id of a Google Cloud project"),
        topic: of("topic", /^[A-Za-z][A-Za-z0-9._~+%-]{2,254}$/, "the name of a topic, without its path"),
      };
    case "eventgrid":
      return {
        type: "EventGrid",
        uri: of("uri", /^https:\/\/\S+$/, "the https address of the topic"),
        accessKey: options.secret("access-key-env"),
      };
  }
}

/** The draft without its secrets, for people. */
export function shown(draft: Draft): Draft {
  const destination = Object.fromEntries(
    Object.entries(draft.destination).map(([name, value]) => [name, SECRET_MEMBERS.includes(name) ? HIDDEN : value]),
  ) as Destination;
  return { ...draft, destination };
}
