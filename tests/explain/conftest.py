from helpers.shop import knowledge_of, pack, shop

__all__ = ["knowledge_of", "pack", "shop"]
