/** What an operator may do about a job, as far as it makes sense for how it stands. */
import { Alert, Button, Group, Text, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { answered, api } from "../../../api/client";
import { Ask } from "../../../parts/Ask";
import { decimal, micro } from "../../../parts/money";
import { ENDS } from "../../../parts/phases";
import { randomName } from "../../../parts/random";
import { usd } from "../../../parts/words";
import { isAmount } from "../shared/amounts";
import { about, useAgain } from "../shared/calls";
import type { Job, JobDetail } from "../shared/types";

/** Whether nothing more happens to a job. */
export function isOver({ phase }: Pick<Job, "phase">): boolean {
  return ENDS.includes(phase);
}

/** What of a job's charge was not given back yet. */
function refundable(job: JobDetail): bigint {
  const given = job.entries.filter(({ kind }) => kind === "refund").map(({ usd }) => micro(usd));
  return given.reduce((left, amount) => left - amount, micro(job.charged_usd ?? "0"));
}

export function Actions({ job }: { job: JobDetail }) {
  const [adopting, adopt] = useDisclosure();
  const [writing, write] = useDisclosure();
  const [canceling, cancel] = useDisclosure();
  const [refunding, refund] = useDisclosure();
  const waits = job.phase === "needs_operator";
  const left = refundable(job);
  return (
    <>
      {waits && (
        <Alert color="orange" variant="light" title="This job waits for your decision">
          <Text size="sm">
            Look for it in the console of {job.provider ?? "its provider"}, by the time of its last attempt,
            the model or the token below. If it is there, adopt it; if it is not, or cannot be followed, write
            it off. Either is final.
          </Text>
          <Group gap="xs" mt="sm">
            <Button size="xs" onClick={adopt.open}>
              Adopt…
            </Button>
            <Button size="xs" color="red" variant="light" onClick={write.open}>
              Write off…
            </Button>
          </Group>
        </Alert>
      )}
      {(isOver(job) ? micro(job.charged_usd ?? "0") > 0n : !waits) && (
        <Group gap="xs">
          {!isOver(job) && (
            <Button size="xs" variant="default" onClick={cancel.open} disabled={job.cancel_asked}>
              {job.cancel_asked ? "Cancel is asked for" : "Cancel…"}
            </Button>
          )}
          {isOver(job) && (
            <Button size="xs" variant="default" onClick={refund.open} disabled={left <= 0n}>
              {left > 0n ? "Refund…" : "All of it is refunded"}
            </Button>
          )}
        </Group>
      )}
      <Adopt opened={adopting} onClose={adopt.close} job={job} />
      <WriteOff opened={writing} onClose={write.close} job={job} />
      <Cancel opened={canceling} onClose={cancel.close} job={job} />
      <Refund opened={refunding} onClose={refund.close} job={job} left={left} />
    </>
  );
}

interface Dialog {
  opened: boolean;
  onClose: () => void;
  job: JobDetail;
}

function Adopt({ opened, onClose, job }: Dialog) {
  const again = useAgain();
  const [id, setId] = useState("");
  const act = async () => {
    await api.POST("/admin/v1/jobs/{id}/adopt", { ...about(job.id), body: { provider_job: id.trim() } });
    notifications.show({ color: "green", message: "The job is adopted and followed from now on." });
    await again("jobs");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title="Adopt the job"
      verb="Adopt it"
      ready={id.trim() !== ""}
      fields={["provider_job"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <Text size="sm">
            From now on it is followed as if its answer had come: its result is stored and charged, its
            failure ends it without charge. An id that the provider does not know is asked for until the job's
            longest stay is over. This is final.
          </Text>
          <TextInput
            label={`${job.provider ?? "The provider"}'s id of the job`}
            description={job.provider === "fal" ? "The request's id or its address" : undefined}
            value={id}
            onChange={(event) => setId(event.currentTarget.value)}
            error={wrong("provider_job")}
            maxLength={500}
            spellCheck={false}
            required
            data-autofocus
          />
        </>
      )}
    </Ask>
  );
}

function WriteOff({ opened, onClose, job }: Dialog) {
  const again = useAgain();
  const [reason, setReason] = useState("");
  const act = async () => {
    await api.POST("/admin/v1/jobs/{id}/write-off", { ...about(job.id), body: { reason: reason.trim() } });
    notifications.show({ color: "green", message: "The job is written off." });
    await again("jobs", "accounts");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title="Write the job off?"
      verb="Write it off"
      danger
      ready={reason.trim() !== ""}
      fields={["reason"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <Text size="sm">
            It ends as <b>outcome unknown</b>. The {usd(job.price_usd)} held go back to the customer, who pays
            nothing; what it may have cost is booked to suspense. If the provider made it after all, nobody
            will get the result. This is final.
          </Text>
          <Textarea
            label="Reason"
            description="Stands in the log"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={wrong("reason")}
            maxLength={500}
            autosize
            minRows={2}
            required
            data-autofocus
          />
        </>
      )}
    </Ask>
  );
}

function Cancel({ opened, onClose, job }: Dialog) {
  const again = useAgain();
  const act = async () => {
    await api.POST("/admin/v1/jobs/{id}/cancel", about(job.id));
    await again("jobs");
  };
  return (
    <Ask opened={opened} onClose={onClose} title="Cancel the job?" verb="Ask to cancel" danger act={act}>
      <Text size="sm">
        This asks as its owner would, and the provider's answer decides: what it already made is delivered and
        charged, what it stops is not. Not every provider can stop a job that runs.
      </Text>
    </Ask>
  );
}

function Refund({ opened, onClose, job, left }: Dialog & { left: bigint }) {
  const again = useAgain();
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const [reference, setReference] = useState("");
  // Sent again after its answer was lost, it is the same refund.
  const [own, setOwn] = useState(randomName);
  const given = amount.trim();
  const fits = isAmount(given) && micro(given) <= left;
  const act = async () => {
    const body = { usd: given, reason: reason.trim(), reference: reference.trim() || own };
    const booked = await answered(api.POST("/admin/v1/jobs/{id}/refunds", { ...about(job.id), body }));
    notifications.show(
      booked.new
        ? { color: "green", message: `${usd(given)} given back.` }
        : { color: "orange", message: "This reference was booked for the job before; nothing was added." },
    );
    setAmount("");
    setReason("");
    setReference("");
    setOwn(randomName());
    await again("jobs", "accounts");
  };
  return (
    <Ask
      opened={opened}
      onClose={onClose}
      title="Refund"
      verb="Give it back"
      ready={fits && reason.trim() !== ""}
      fields={["usd", "reason", "reference"]}
      act={act}
    >
      {({ wrong }) => (
        <>
          <Text size="sm">
            The amount goes back to the credit of account {job.account} at once. It cannot be taken again.
          </Text>
          <TextInput
            label="Amount"
            description={`At most ${usd(decimal(left))}: what was charged and not given back yet`}
            leftSection="$"
            inputMode="decimal"
            value={amount}
            onChange={(event) => setAmount(event.currentTarget.value)}
            error={
              wrong("usd") ??
              (given === "" || fits ? undefined : `An amount above zero, at most ${usd(decimal(left))}`)
            }
            required
            data-autofocus
          />
          <Textarea
            label="Reason"
            description="Stands in the job's statement, which the customer sees, and in the log"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            error={wrong("reason")}
            maxLength={500}
            autosize
            required
          />
          <TextInput
            label="Reference"
            description="Of your own, such as a ticket's number; else one is made. One reference of a job is booked once."
            value={reference}
            onChange={(event) => setReference(event.currentTarget.value)}
            error={wrong("reference")}
            maxLength={200}
          />
        </>
      )}
    </Ask>
  );
}
