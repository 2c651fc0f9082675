/** What proves the licence to anybody: the certificate to copy, to download, to check; the whole text to file. */
import { Button, Text } from "@mantine/core";
import { Link } from "react-router";
import { Section } from "../shared/components/Page";
import { CopyButton } from "../shared/components/CopyButton";
import type { BrandLicence } from "./LicencePage";
import { useBrands } from "./texts";
import css from "./brands.module.css";

export function download(name: string, text: string, type = "text/plain") {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

export function Proof({ licence }: { licence: BrandLicence }) {
  const t = useBrands();
  const { certificate } = licence;
  return (
    <Section title={t("proof.title")}>
      <div className={css.panel}>
        <Text size="sm" c="dimmed">{t(certificate ? "proof.lead" : "proof.none")}</Text>
        {certificate && <code className={css.code} data-testid="certificate">{`${certificate.slice(0, 44)} … ${certificate.slice(-16)}`}</code>}
        <div className={css.buttons}>
          {certificate && (
            <>
              <CopyButton value={certificate} label={t("proof.copy")} />
              <Button variant="default" onClick={() => download(`${licence.number}.jws`, certificate, "application/jose")}>{t("proof.download")}</Button>
              <Button component={Link} to={`/verify#${certificate}`} variant="default">{t("proof.verify")}</Button>
            </>
          )}
          <Button component="a" href={licence.pdf} variant="default" target="_blank" rel="noreferrer">{t("proof.pdf")}</Button>
          <Button component="a" href={licence.html} variant="default" target="_blank" rel="noreferrer">{t("proof.html")}</Button>
        </div>
      </div>
    </Section>
  );
}
