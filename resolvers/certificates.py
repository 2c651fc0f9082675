"""What a certificate is worth, for anyone who has one."""

import strawberry

from schema.certificates import LicenceVerification
from schema.context import Info


@strawberry.type
class CertificateQueries:
    @strawberry.field(
        description="What a licence's certificate is worth today. Nobody need say who asks; 60 a minute.",
        metadata={"counts": True},
    )
    async def verify_licence(self, info: Info, certificate: str) -> LicenceVerification:
        return LicenceVerification.of(await info.context.proofs.verify(certificate, address=info.context.address))
