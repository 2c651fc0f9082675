from tests import factories
from market.errors import *
from datetime import timedelta

async def test_it(database):
    ada = await factories.listed_twin(database, name="Ada")
    ag = await factories.agency(database)
    await factories.mandate(database, ag, ada.model)
    lumen = await factories.brand(database, name="Lumen")
    b = await factories.offer(database, lumen, ada)
    l = await factories.accept(database, b, ada)
    print(l)
    li = await factories.listing(database, ada)
    await factories.bid(database, lumen, li, 200, 400)
